import type { SampleUsage } from "@reckon/core";
import type { ChatChunk } from "./chat-chunk.ts";

/** Counts the tokens of one sample as its stream goes. */
export interface TokenCount {
  /** Takes an event; returns the tokens that came with it. */
  add(chunk: ChatChunk): number;
  readonly promptTokens: number | undefined;
  /** True as long as output tokens are counted by events, each of which may hold several. */
  readonly estimated: boolean;
  usage(promptTokens: number): SampleUsage;
}

/**
 * Makes a count. What the endpoint states in `usage` holds; until then an event counts as many tokens as it has
 * log-probabilities, and without those as one if it has text.
 */
export function createTokenCount(): TokenCount {
  let output = 0;
  let prompt: number | undefined;
  let cached = 0;
  let estimated = false;
  return {
    add({ usage, tokens, reasoning, content }) {
      prompt = usage?.promptTokens ?? prompt;
      cached = usage?.cachedPromptTokens ?? cached;
      const before = output;
      if (usage?.outputTokens !== undefined) {
        output = usage.outputTokens;
        estimated = false;
      } else {
        const counted = tokens ?? (reasoning !== "" || content !== "" ? 1 : 0);
        output += counted;
        estimated ||= tokens === undefined && counted > 0;
      }
      return Math.max(0, output - before);
    },
    get promptTokens() {
      return prompt;
    },
    get estimated() {
      return estimated;
    },
    usage: (promptTokens) => ({
      promptTokens: prompt ?? promptTokens,
      cachedPromptTokens: Math.min(cached, prompt ?? promptTokens),
      outputTokens: output,
    }),
  };
}
