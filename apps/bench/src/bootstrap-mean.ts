import { bootstrapInterval, mean } from "@reckon/stats";

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The mean of one value a problem with a 95 % percentile interval, problems resampled; `undefined` where there are none. */
export function estimateMean(values: readonly number[], resamples = 1000): Estimate | undefined {
  return estimateStatistic(values, (drawn) => mean(drawn) as number, resamples);
}

/** Any statistic of items with its 95 % percentile interval, items resampled with a fixed seed; `undefined` where there are none. */
export function estimateStatistic<T>(
  items: readonly T[],
  statistic: (items: readonly T[]) => number,
  resamples = 1000,
): Estimate | undefined {
  if (items.length === 0) return undefined;
  return { value: statistic(items), ...bootstrapInterval(items, statistic, { resamples, seed: 1 }) };
}
