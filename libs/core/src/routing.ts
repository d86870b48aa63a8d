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
   * True where the caller has reserved twice `maxTokens` for each sample, so that a slow one may be asked for a second time.
   * Default false.
   */
  readonly hedge?: boolean;
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
  /** Requests made for it, hedges and failed ones included; 0 where it came from the response cache. */
  readonly attempts: number;
  /** What a hedge that lost has spent beside the sample's own usage; absent where there was none. */
  readonly hedgedUsage?: SampleUsage;
  /** What it cost, hedges included; absent where a price is not known. */
  readonly costUsd?: number;
  /** Why it did not go the usual way, a sentence each: fallbacks, spills, retries, continuations, hedges. */
  readonly notes: readonly string[];
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
