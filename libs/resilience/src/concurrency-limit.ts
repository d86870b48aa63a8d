import type { Clock } from "@reckon/core";

/** Bounds of a limit that finds its own place. */
export interface ConcurrencyLimitOptions {
  readonly clock: Clock;
  /** The most calls at once, and where it begins. */
  readonly ceiling: number;
  /** The fewest. Default 1. */
  readonly floor?: number;
  /** What an overload leaves of the limit. Default 0.7. */
  readonly decrease?: number;
  /** One overload is told by many calls; those within this time count once. Default 1,000 ms. */
  readonly cooldownMs?: number;
}

/** How many calls a peer is given at once. */
export interface ConcurrencyLimit {
  readonly limit: number;
  /** A call went well while this many were in flight, itself included. */
  succeeded(inFlight: number): void;
  /** The peer said, or showed, that it has too much to do. */
  overloaded(inFlight: number): void;
}

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989): a limit's worth of good calls raises it by one, an overload
 * takes it to `decrease` of what was in flight. It does not grow while it is not used, as nothing is learned then.
 */
export function createConcurrencyLimit(options: ConcurrencyLimitOptions): ConcurrencyLimit {
  const { clock, ceiling, floor = 1, decrease = 0.7, cooldownMs = 1_000 } = options;
  let limit = Math.max(floor, ceiling);
  let decreasedAtMs = Number.NEGATIVE_INFINITY;
  return {
    get limit() {
      return Math.floor(limit);
    },
    succeeded(inFlight) {
      if (inFlight >= Math.floor(limit)) limit = Math.min(ceiling, limit + 1 / limit);
    },
    overloaded(inFlight) {
      const nowMs = clock.nowMs();
      if (nowMs - decreasedAtMs < cooldownMs) return;
      decreasedAtMs = nowMs;
      limit = Math.max(floor, Math.floor(Math.min(limit, Math.max(inFlight, floor)) * decrease));
    },
  };
}
