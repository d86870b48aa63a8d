import type { SampleUsage } from "./sample.ts";

/** What a caller tells a router about the work behind a call; every fact may be missing. */
export interface RoutingFacts {
  /** Calls of one key go to the same replica while it has room, and share their prefill there: the id of the solve. */
  readonly affinityKey?: string;
  /** Who asks; nothing is ever shared across tenants. */
  readonly tenant?: string;
  /** Probability that one sample is wrong, in [0, 1]. */
  readonly difficulty?: number;
  /** -10 to 10, more is more urgent. Default 0. */
  readonly priority?: number;
  /**
   * True where a slow sample may be asked for a second time: both requests may generate up to its `maxTokens`. Default false.
   */
  readonly hedge?: boolean;
  /**
   * The most requests of one sample that compute anything, 1 to 16: hedges, continuations, those given up for being slow.
   * Requests that were refused before they began (429, 503, no connection) do not count. Default: as the router is configured.
   */
  readonly maxAttempts?: number;
}

/** What tokens cost, in US dollars a million. */
export interface TokenPrices {
  readonly promptUsd: number;
  /** Prompt tokens that came from a cache of the backend. Default: as `promptUsd`. */
  readonly cachedPromptUsd?: number;
  readonly outputUsd: number;
}

/** How a sample came about behind a router. Its own `usage` covers all parts that its text is made of. */
export interface SampleRoute {
  /** The backend or pool that generated it, or the last part of it. */
  readonly backend: string;
  /** The replica of the pool, for example `10.0.0.7:8000`. */
  readonly replica: string;
  /** Requests for it that computed anything, hedges included; 0 where it came from the response cache. */
  readonly attempts: number;
  /** What requests have spent whose text is not part of it: hedges that lost, those given up; absent where there was none. */
  readonly hedgedUsage?: SampleUsage;
  /** What it cost, hedges included; absent where a price is not known. */
  readonly costUsd?: number;
  /** Why it did not go the usual way, a sentence each: fallbacks, spills, retries, continuations, hedges. */
  readonly notes: readonly string[];
  /** Why another pool than its own generated it, a sentence; absent where its own did. */
  readonly degradation?: string;
}

/** How one replica of a pool is. */
export interface ReplicaLoad {
  readonly backend: string;
  readonly replica: string;
  readonly liveSamples: number;
  readonly queuedSamples: number;
  /** The most samples that it is given at once now. */
  readonly concurrencyLimit: number;
  readonly breaker: BreakerState;
  /** Prompt tokens computed by it since the start; >= 0. */
  readonly prefilledTokens: number;
  readonly outputTokens: number;
}

/** `closed` lets everything pass, `open` nothing, `half-open` one probe. */
export type BreakerState = "closed" | "open" | "half-open";

/** What tokens cost at these prices, in US dollars. */
export function costUsd(usage: SampleUsage, prices: TokenPrices): number {
  const computed = usage.promptTokens - usage.cachedPromptTokens;
  const cached = usage.cachedPromptTokens * (prices.cachedPromptUsd ?? prices.promptUsd);
  return (computed * prices.promptUsd + cached + usage.outputTokens * prices.outputUsd) / 1e6;
}
