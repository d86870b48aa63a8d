import type { Prediction } from "./prediction.ts";

/** Brier score (1950): mean squared distance of probability and outcome, in [0, 1], lower is better; `undefined` where there are none. */
export function brierScore(predictions: readonly Prediction[]): number | undefined {
  if (predictions.length === 0) return undefined;
  const sum = predictions.reduce((total, p) => total + (p.probability - Number(p.correct)) ** 2, 0);
  return sum / predictions.length;
}
