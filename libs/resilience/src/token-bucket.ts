import type { Clock } from "@reckon/core";

/** An amount that fills up with time and is taken from. */
export interface TokenBucket {
  /** What may be taken now; below 0 where more was taken than there was. */
  level(): number;
  /** Milliseconds until `amount` may be taken; 0 where it may now. More than the bucket holds may be taken from a full one. */
  waitMs(amount: number): number;
  /** Takes, whatever the level: a debt is paid off by time. A negative amount is given back. */
  take(amount: number): void;
  /** Takes over what the other side says: what is left, of how much, and how fast it comes back. */
  correct(state: { readonly level: number; readonly capacity?: number; readonly perMs?: number }): void;
}

/** A full bucket of `capacity`, which an empty one needs `fillMs` to become again. Infinity is a bucket without limit. */
export function createTokenBucket(clock: Clock, capacity: number, fillMs: number): TokenBucket {
  let most = capacity;
  let perMs = capacity / fillMs;
  let level = capacity;
  let atMs = clock.nowMs();

  const refill = (): number => {
    const nowMs = clock.nowMs();
    // Infinity times no time at all is not a number.
    if (nowMs > atMs) level = Math.min(most, level + (nowMs - atMs) * perMs);
    atMs = nowMs;
    return level;
  };

  return {
    level: refill,
    waitMs(amount) {
      const missing = Math.min(amount, most) - refill();
      return missing <= 0 ? 0 : missing / perMs;
    },
    take(amount) {
      level = Math.min(most, refill() - amount);
    },
    correct(state) {
      refill();
      if (state.capacity !== undefined && state.capacity !== most) {
        perMs = state.capacity / fillMs;
        most = state.capacity;
      }
      level = Math.min(most, state.level);
      perMs = state.perMs ?? perMs;
    },
  };
}
