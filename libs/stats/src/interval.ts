import { quantile } from "./descriptive.ts";
import { createPrng } from "./prng.ts";

/** An interval with its two ends. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval for a proportion of `successes` in `trials` (JASA 22, 1927); `z` is the normal quantile, 1.96
 * (95 %) by default. The whole of [0, 1] where there are no trials. Throws `RangeError` unless 0 <= successes <= trials.
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959963984540054): Interval {
  if (!(successes >= 0 && successes <= trials)) {
    throw new RangeError(`successes must be in [0, ${trials}], got ${successes}`);
  }
  if (trials === 0) return { low: 0, high: 1 };
  const p = successes / trials;
  const z2 = z * z;
  const centre = p + z2 / (2 * trials);
  const half = z * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  // At the ends the exact bound is 0 or 1, which rounding misses by an ulp.
  const low = successes === 0 ? 0 : Math.max(0, (centre - half) / scale);
  const high = successes === trials ? 1 : Math.min(1, (centre + half) / scale);
  return { low, high };
}

/** How to resample. */
export interface BootstrapOptions {
  /** Default 1,000. */
  readonly resamples?: number;
  /** Coverage in (0, 1). Default 0.95. */
  readonly level?: number;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * Percentile bootstrap interval (Efron, 1979) of any statistic of items: resamples them with replacement, takes the
 * central `level` of the statistic's values. Pass differences, or pairs, for a paired comparison. Deterministic in its
 * seed. Throws `RangeError` where there are no items.
 */
export function bootstrapInterval<T>(
  items: readonly T[],
  statistic: (items: readonly T[]) => number,
  options: BootstrapOptions = {},
): Interval {
  const { resamples = 1000, level = 0.95, seed = 1 } = options;
  if (items.length === 0) throw new RangeError("a bootstrap needs at least 1 item, got 0");
  const random = createPrng(seed);
  const values: number[] = [];
  for (let i = 0; i < resamples; i += 1) {
    values.push(statistic(Array.from(items, () => items[random.integer(items.length)] as T)));
  }
  const tail = (1 - level) / 2;
  return { low: quantile(values, tail) as number, high: quantile(values, 1 - tail) as number };
}
