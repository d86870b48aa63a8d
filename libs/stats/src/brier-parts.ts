import { brierScore } from "./brier.ts";
import { type BinningOptions, reliabilityTable } from "./calibration-error.ts";
import type { Prediction } from "./prediction.ts";

/** A Brier score and what it is made of: score = reliability - resolution + uncertainty + rest. */
export interface BrierParts {
  /** Mean squared distance of probability and outcome; lower is better. */
  readonly score: number;
  /** Mean squared distance of a bin's mean probability and its accuracy; 0 is calibrated. */
  readonly reliability: number;
  /** Mean squared distance of a bin's accuracy and that of all; the larger, the better right and wrong are told apart. */
  readonly resolution: number;
  /** Variance of the outcomes themselves: what is lost by always saying how often all are right. */
  readonly uncertainty: number;
  /** What differs within bins; 0 where all probabilities of a bin are equal. */
  readonly rest: number;
}

/**
 * Murphy's decomposition (Journal of Applied Meteorology 12, 1973) over the bins of `reliabilityTable`; `rest` is the
 * within-bin term of Stephenson, Coelho and Jolliffe (2008). `undefined` where there are no predictions.
 */
export function brierParts(predictions: readonly Prediction[], options: BinningOptions = {}): BrierParts | undefined {
  const score = brierScore(predictions);
  if (score === undefined) return undefined;
  const base = predictions.filter((one) => one.correct).length / predictions.length;
  const over = (term: (bin: { meanProbability: number; accuracy: number }) => number) =>
    reliabilityTable(predictions, options).reduce((sum, bin) => sum + bin.count * term(bin), 0) / predictions.length;
  const reliability = over((bin) => (bin.meanProbability - bin.accuracy) ** 2);
  const resolution = over((bin) => (bin.accuracy - base) ** 2);
  const uncertainty = base * (1 - base);
  return { score, reliability, resolution, uncertainty, rest: score - (reliability - resolution + uncertainty) };
}
