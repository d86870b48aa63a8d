import type { FaultKind } from "./faults/fault-plan.ts";

/** What the server has done since it started; all but `running` and `waiting` only grow. */
export interface ServerCounts {
  /** Chat completions that arrived. */
  requests: number;
  /** Of them, answered with a status of 400 or above. */
  refused: number;
  /** Requests that are being generated now. */
  running: number;
  /** Requests that wait for a place. */
  waiting: number;
  /** Samples (choices) that ended: by themselves, or cut off. */
  samples: number;
  cancelledSamples: number;
  /** Tokens of prompts, once a request. */
  promptTokens: number;
  /** Tokens of prompts that were computed, not found in the cache. */
  prefilledTokens: number;
  /** Output tokens, cancelled ones included. */
  generatedTokens: number;
  /** Output tokens of samples that were cut off. */
  cancelledTokens: number;
  /** Requests to `/pooling`, and tokens read for them. */
  poolingRequests: number;
  poolingTokens: number;
  /** Faults that were shown, by kind. */
  readonly faults: Partial<Record<FaultKind, number>>;
}

/** All zero. */
export function createServerCounts(): ServerCounts {
  return {
    requests: 0,
    refused: 0,
    running: 0,
    waiting: 0,
    samples: 0,
    cancelledSamples: 0,
    promptTokens: 0,
    prefilledTokens: 0,
    generatedTokens: 0,
    cancelledTokens: 0,
    poolingRequests: 0,
    poolingTokens: 0,
    faults: {},
  };
}
