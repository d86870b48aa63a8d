import type { GenerationEvent } from "@reckon/core";

interface TokenLogprob {
  readonly token: string;
  /** A text only where the fault `nan-logprobs` has put its mark. */
  readonly logprob: number | string | null;
  readonly bytes: readonly number[] | null;
}

/** `logprobs` of a choice. */
export interface ChoiceLogprobs {
  readonly content: readonly (TokenLogprob & { readonly top_logprobs: readonly TokenLogprob[] })[];
}

/** The log-probabilities of a delta; `null` where there are none. `spoilt` takes the place of the first one. */
export function choiceLogprobs(
  delta: GenerationEvent & { readonly type: "token-delta" },
  spoilt?: string | null,
): ChoiceLogprobs | null {
  const { logprobs, topLogprobs, tokenTexts = [] } = delta;
  if (logprobs === undefined || logprobs.length === 0) return null;
  const content = logprobs.map((logprob, i) => ({
    ...entry(tokenTexts[i] ?? "", i === 0 && spoilt !== undefined ? spoilt : logprob),
    top_logprobs: (topLogprobs?.[i] ?? []).map((top) => entry(top.token, top.logprob)),
  }));
  return { content };
}

function entry(token: string, logprob: number | string | null): TokenLogprob {
  // A token that is a part of a character has no text of its own, and OpenAI allows null here.
  const bytes = token.includes("\ufffd") ? null : [...Buffer.from(token)];
  return { token, logprob, bytes };
}
