/** When to ask a second time. */
export interface HedgePolicyOptions {
  /** Calls that take longer than this share of the recent ones are slow; in (0, 1). Default 0.95. */
  readonly quantile?: number;
  /** The shortest wait, in milliseconds. Default 50. */
  readonly minDelayMs?: number;
  /** The wait until enough is known. Default 2,000. */
  readonly initialDelayMs?: number;
  /** The most hedges, as a share of all calls; a short burst of 4 is allowed. Default 0.1. */
  readonly maxShare?: number;
  /** How many recent calls are known. Default 256. */
  readonly history?: number;
}

/** Knows how slow is slow, and how many hedges there may be. */
export interface HedgePolicy {
  /** A call was made, which earns its share of a hedge. */
  called(): void;
  /** A call has begun to answer after this many milliseconds. */
  observed(firstTokenMs: number): void;
  /** Milliseconds without an answer after which a call is slow. */
  delayMs(): number;
  /** Spends one hedge, or says that there is none left. */
  trySpend(): boolean;
}

const enough = 16;
const burst = 4;

/**
 * Hedging by quantile with a budget (Dean and Barroso, "The Tail at Scale", 2013): the second request goes out when the first
 * one is slower than the given share of recent calls, so that a slow time of the peer, when everything is slow, does not double
 * its load.
 */
export function createHedgePolicy(options: HedgePolicyOptions = {}): HedgePolicy {
  const { quantile = 0.95, minDelayMs = 50, initialDelayMs = 2_000, maxShare = 0.1, history = 256 } = options;
  const recent: number[] = [];
  let next = 0;
  let delay: number | undefined;
  let credit = 1;
  return {
    called() {
      credit = Math.min(burst, credit + maxShare);
    },
    observed(firstTokenMs) {
      recent[next] = firstTokenMs;
      next = (next + 1) % history;
      delay = undefined;
    },
    delayMs() {
      if (recent.length < enough) return Math.max(minDelayMs, initialDelayMs);
      if (delay === undefined) {
        const sorted = recent.toSorted((a, b) => a - b);
        const index = Math.min(sorted.length - 1, Math.floor(quantile * sorted.length));
        delay = Math.max(minDelayMs, sorted[index] as number);
      }
      return delay;
    },
    trySpend() {
      if (credit < 1) return false;
      credit -= 1;
      return true;
    },
  };
}
