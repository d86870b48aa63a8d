import type { Config } from "@reckon/config";
import type { BackoffOptions, HedgePolicyOptions } from "@reckon/resilience";

/** `[routing]` in milliseconds. */
export interface RoutingSettings {
  readonly mambaThreshold: number;
  readonly affinity: boolean;
  readonly affinityBound: number;
  readonly affinityRoom: number;
  readonly maxRetries: number;
  readonly backoff: BackoffOptions;
  readonly breakerFailures: number;
  readonly breakerTimeoutMs: number;
  readonly breakerRecoveryMs: number;
  readonly hedging: HedgePolicyOptions;
  readonly cacheEntries: number;
  readonly cacheTtlMs: number;
  readonly maxQueuedSamples: number;
}

/** The settings that a configuration holds. */
export function routingSettingsOf({ routing }: Pick<Config, "routing">): RoutingSettings {
  return {
    mambaThreshold: routing.mamba_threshold,
    affinity: routing.affinity,
    affinityBound: routing.affinity_bound,
    affinityRoom: routing.affinity_room,
    maxRetries: routing.max_retries,
    backoff: { baseMs: routing.retry_base * 1_000, maxMs: routing.retry_max * 1_000 },
    breakerFailures: routing.breaker_failures,
    breakerTimeoutMs: routing.breaker_timeout * 1_000,
    breakerRecoveryMs: routing.breaker_recovery * 1_000,
    hedging: {
      quantile: routing.hedge_quantile,
      minDelayMs: routing.hedge_min_delay * 1_000,
      maxShare: routing.hedge_max_share,
    },
    cacheEntries: routing.cache_entries,
    cacheTtlMs: routing.cache_ttl * 1_000,
    maxQueuedSamples: routing.max_queued_samples,
  };
}
