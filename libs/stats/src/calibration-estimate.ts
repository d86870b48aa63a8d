import { type BinningOptions, calibrationError, predictionBins } from "./calibration-error.ts";
import { bootstrapInterval, type Interval } from "./interval.ts";
import type { Prediction } from "./prediction.ts";

/** A calibration error with what a set of its size does to it. */
export interface CalibrationEstimate extends Interval {
  /** As `calibrationError` has it. */
  readonly value: number;
  /** What it would be on average if every probability were exactly true: the noise of so few outcomes. */
  readonly byChance: number;
  /** The same sum with each bin's noise taken out of its squared gap; 0 where the gaps are no more than noise. */
  readonly debiased: number;
}

/** How to estimate it. */
export interface CalibrationEstimateOptions extends BinningOptions {
  /** Default 500. */
  readonly resamples?: number;
}

/**
 * The expected calibration error of groups of predictions that belong together (all of one problem, say), with a 95 %
 * interval from resampling groups, shifted so that its mean is the value. A gap of n outcomes is off by chance, so that the error is biased upwards
 * (Kumar, Liang and Ma, NeurIPS 2019): the variance of a bin's gap, robust to what a group has in common,
 * V = sum over groups of (sum of residuals)^2 / n^2, gives the error by chance, sum n/N sqrt(2 V / pi), and the one without
 * it, sum n/N sqrt(max(0, gap^2 - V)). `undefined` where there are no predictions.
 */
export function estimateCalibrationError(
  groups: readonly (readonly Prediction[])[],
  options: CalibrationEstimateOptions = {},
): CalibrationEstimate | undefined {
  const owned = groups.flatMap((group, owner) => group.map((prediction) => ({ ...prediction, owner })));
  const value = calibrationError(owned, options);
  if (value === undefined) return undefined;
  let byChance = 0;
  let debiased = 0;
  for (const bin of predictionBins(owned, options)) {
    const residuals = new Map<number, number>();
    for (const { owner, correct, probability } of bin) {
      residuals.set(owner, (residuals.get(owner) ?? 0) + Number(correct) - probability);
    }
    const sums = [...residuals.values()];
    const gap = sums.reduce((sum, r) => sum + r, 0) / bin.length;
    const noise = sums.reduce((sum, r) => sum + r * r, 0) / bin.length ** 2;
    const share = bin.length / owned.length;
    byChance += share * Math.sqrt((2 * noise) / Math.PI);
    debiased += share * Math.sqrt(Math.max(0, gap * gap - noise));
  }
  let sum = 0;
  const { resamples = 500 } = options;
  const statistic = (drawn: readonly (readonly Prediction[])[]) => {
    const error = calibrationError(drawn.flat(), options) ?? 0;
    sum += error;
    return error;
  };
  const drawn = bootstrapInterval(groups, statistic, { resamples });
  // A resample is noisier than the set itself: what that adds on average is no part of the interval.
  const excess = sum / resamples - value;
  const bound = (end: number) => Math.min(1, Math.max(0, end - excess));
  return { value, byChance, debiased, low: bound(drawn.low), high: bound(drawn.high) };
}
