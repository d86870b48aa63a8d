import type { SampleUsage } from "@reckon/core";
import type { ChatChunk, ChatUsage } from "./chat-chunk.ts";

/** Counts the tokens of one sample as its stream goes. */
export interface TokenCount {
  /** Takes an event; returns the tokens that came with it. */
  add(chunk: ChatChunk): number;
  /** Takes what the endpoint has counted in the end; returns the tokens that this adds. */
  settle(usage: ChatUsage): number;
  readonly promptTokens: number | undefined;
  /** True as long as output tokens are counted by events, each of which may hold several. */
  readonly estimated: boolean;
  /** True if the endpoint stated what cannot be. */
  readonly contradicted: boolean;
  /**
   * True if what it stated last left something out (cached tokens come with the final usage alone), or is far from the number
   * of events: it may be right, but deserves a second look.
   */
  readonly doubtful: boolean;
  usage(promptTokens: number): SampleUsage;
}

/**
 * Makes a count. What the endpoint states in `usage` holds; until then an event counts as many tokens as it has
 * log-probabilities, and without those as one if it has text. A statement below an earlier one, below the number of
 * log-probabilities, above `maxTokens`, or of no tokens where there was text is not believed.
 */
export function createTokenCount(maxTokens = Number.POSITIVE_INFINITY): TokenCount {
  let output = 0;
  let stated = 0;
  let withLogprobs = 0;
  let counted = 0;
  let prompt: number | undefined;
  let cached = 0;
  let estimated = false;
  let contradicted = false;
  let complete = false;

  const believe = (usage: ChatUsage, outputTokens: number) => {
    prompt = usage.promptTokens ?? prompt;
    cached = usage.cachedPromptTokens ?? cached;
    complete = usage.promptTokens !== undefined && usage.cachedPromptTokens !== undefined;
    output = outputTokens;
    stated = outputTokens;
    estimated = false;
  };
  return {
    add({ usage, tokens, reasoning, content }) {
      withLogprobs += tokens ?? 0;
      const came = tokens ?? (reasoning !== "" || content !== "" ? 1 : 0);
      counted += came;
      const before = output;
      const said = usage?.outputTokens;
      if (usage !== undefined && said !== undefined) {
        if (said >= Math.max(stated, withLogprobs, Math.min(1, counted)) && said <= maxTokens) {
          believe(usage, said);
          return Math.max(0, output - before);
        }
        contradicted = true;
      }
      output += came;
      estimated ||= tokens === undefined && came > 0;
      return came;
    },
    settle(usage) {
      const before = output;
      if (usage.outputTokens === undefined) return 0;
      contradicted = false;
      counted = usage.outputTokens;
      believe(usage, usage.outputTokens);
      return output - before;
    },
    get promptTokens() {
      return prompt;
    },
    get estimated() {
      return estimated;
    },
    get contradicted() {
      return contradicted;
    },
    get doubtful() {
      return !complete || output < counted || output > 1.5 * counted + 2;
    },
    usage: (promptTokens) => ({
      promptTokens: prompt ?? promptTokens,
      cachedPromptTokens: Math.min(cached, prompt ?? promptTokens),
      outputTokens: output,
    }),
  };
}
