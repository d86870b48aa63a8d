import type { BackendLoad, SampleEnd, SampleUsage } from "@reckon/core";
import type { Slots } from "../slots.ts";

/** Counts what a backend does, for `Backend.load`. */
export interface LoadCounter {
  started(): void;
  /** Tokens came. */
  generated(tokens: number): void;
  ended(reason: SampleEnd, usage: SampleUsage): void;
  snapshot(): BackendLoad;
}

/** Makes a counter at zero over the backend's places. */
export function createLoadCounter(slots: Slots): LoadCounter {
  let liveSamples = 0;
  let outputTokens = 0;
  let cancelledTokens = 0;
  let prefilledTokens = 0;
  return {
    started: () => {
      liveSamples += 1;
    },
    generated: (tokens) => {
      outputTokens += tokens;
    },
    ended: (reason, usage) => {
      liveSamples -= 1;
      prefilledTokens += usage.promptTokens - usage.cachedPromptTokens;
      if (reason === "cancelled") cancelledTokens += usage.outputTokens;
    },
    snapshot: () => ({
      liveSamples,
      queuedSamples: slots.waiting,
      outputTokens,
      cancelledTokens,
      prefilledTokens,
    }),
  };
}
