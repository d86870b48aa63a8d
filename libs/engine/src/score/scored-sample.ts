import type { CacheShape } from "../forward.ts";
import { capacityFor, cloneSequence, createSequenceCache, type SequenceCache } from "../sequence-cache.ts";

/** A step that waits for its score. */
export interface ScoreRequest {
  readonly id: number;
  readonly step: Int32Array;
  /** Tokens read for it so far. */
  tokensRead: number;
}

/** A question whose samples are scored: its tokens, and their keys and values once they are computed. */
export interface ScoredPrompt {
  readonly tokens: Int32Array;
  /** Of all tokens but the last, which every first step is fed again with. */
  cache: SequenceCache | undefined;
  readonly samples: Map<number, ScoredSample>;
}

/** One sample inside the scoring worker. */
export interface ScoredSample {
  readonly prompt: ScoredPrompt;
  /** Everything scored so far, from `<bos>` on. */
  tokens: Int32Array;
  /** Of `tokens` but the last; shorter, or `undefined`, after it was let go to save memory. */
  cache: SequenceCache | undefined;
  readonly requests: ScoreRequest[];
}

/** One row of a pass: a chunk of a prompt, of a sample that is caught up, or a step that is scored. */
export interface ScoreRow {
  readonly sample: ScoredSample;
  readonly owner: ScoredPrompt | ScoredSample;
  readonly chunk: Int32Array;
  readonly scores: boolean;
}

/** What a waiting sample needs next. */
export function nextRow(shape: CacheShape, sample: ScoredSample): ScoreRow {
  const { prompt } = sample;
  if (prompt.cache === undefined) {
    return { sample, owner: prompt, chunk: prompt.tokens.subarray(0, -1), scores: false };
  }
  const known = sample.tokens.length - 1;
  const from = Math.min(known, prompt.cache.length);
  sample.cache ??= cloneSequence(shape, prompt.cache, from, capacityFor(known + 32));
  const missing = sample.tokens.subarray(sample.cache.length, known);
  if (missing.length > 0) return { sample, owner: sample, chunk: missing, scores: false };
  const step = sample.requests[0]?.step ?? new Int32Array(0);
  const chunk = new Int32Array(1 + step.length);
  chunk[0] = sample.tokens[known] as number;
  chunk.set(step, 1);
  return { sample, owner: sample, chunk, scores: true };
}

/** The owner's cache with room for `count` more positions. */
export function roomFor(shape: CacheShape, owner: ScoredPrompt | ScoredSample, count: number): SequenceCache {
  const cache = owner.cache;
  const length = (cache?.length ?? 0) + count;
  if (cache === undefined) owner.cache = createSequenceCache(shape, capacityFor(length));
  else if (cache.capacity < length) owner.cache = cloneSequence(shape, cache, cache.length, capacityFor(length + 32));
  return owner.cache as SequenceCache;
}
