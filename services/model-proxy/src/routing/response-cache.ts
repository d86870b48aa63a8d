import { createHash } from "node:crypto";
import type { Clock, GenerateOptions, GenerationEvent, Problem, SampleOverrides } from "@reckon/core";

type Delta = Extract<GenerationEvent, { type: "token-delta" }>;

/** A whole sample: its text, and how it ended. */
export interface CachedSample {
  readonly deltas: readonly Omit<Delta, "sample">[];
  readonly reason: "stop" | "length";
}

/** What a sample is an answer to; all of it must be equal. */
export interface CacheQuestion {
  /** Whose it is: nothing is ever given to another one. */
  readonly tenant: string;
  readonly model: string;
  readonly problem: Problem;
  readonly options: GenerateOptions;
  readonly sample: number;
  readonly overrides: SampleOverrides;
}

/** Remembers samples that would come out the same again. */
export interface ResponseCache {
  /** The key of a question, or `undefined` where equal questions may have different answers: no seed, and not greedy. */
  keyOf(question: CacheQuestion): string | undefined;
  get(key: string): CachedSample | undefined;
  put(key: string, sample: CachedSample): void;
}

/** An empty cache of at most `entries` samples, each kept for `ttlMs`; the one that was not used for longest goes first. */
export function createResponseCache(clock: Clock, entries: number, ttlMs: number): ResponseCache {
  const kept = new Map<string, { readonly sample: CachedSample; readonly untilMs: number }>();
  return {
    keyOf({ tenant, model, problem, options, sample, overrides }) {
      const { routing, ...sampling } = options;
      const isGreedy = (overrides.temperature ?? options.temperature ?? 1) === 0;
      if (options.seed === undefined && !isGreedy) return undefined;
      const question = [tenant, routing?.tenant, model, problem, sorted(sampling), sample, sorted(overrides)];
      return createHash("sha256").update(JSON.stringify(question)).digest("base64");
    },
    get(key) {
      const entry = kept.get(key);
      if (entry === undefined) return undefined;
      kept.delete(key);
      if (entry.untilMs < clock.nowMs()) return undefined;
      kept.set(key, entry);
      return entry.sample;
    },
    put(key, sample) {
      kept.delete(key);
      kept.set(key, { sample, untilMs: clock.nowMs() + ttlMs });
      const [oldest] = kept.keys();
      if (kept.size > entries && oldest !== undefined) kept.delete(oldest);
    },
  };
}

function sorted(object: object): unknown[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
