import { auc } from "./auc.ts";
import { type BrierParts, brierParts } from "./brier-parts.ts";
import {
  type CalibrationEstimate,
  type CalibrationEstimateOptions,
  estimateCalibrationError,
} from "./calibration-estimate.ts";
import { mean } from "./descriptive.ts";
import { logLossOf } from "./log-loss.ts";
import type { Prediction } from "./prediction.ts";

/** How good probabilities are. */
export interface PredictionQuality {
  /** Predictions, and groups of them that belong together. */
  readonly count: number;
  readonly groups: number;
  readonly calibration: CalibrationEstimate;
  readonly brier: BrierParts;
  /** P(a random right one was given more than a random wrong one); `undefined` where all are alike. */
  readonly auroc: number | undefined;
  /** In nats. */
  readonly logLoss: number;
  readonly meanProbability: number;
  /** Share that came true. */
  readonly accuracy: number;
}

/** Everything that is reported of probabilities, 15 bins of equal mass unless said; `undefined` where there are none. */
export function predictionQuality(
  groups: readonly (readonly Prediction[])[],
  options: CalibrationEstimateOptions = {},
): PredictionQuality | undefined {
  const predictions = groups.flat();
  const calibration = estimateCalibrationError(groups, options);
  const brier = brierParts(predictions, options);
  if (calibration === undefined || brier === undefined) return undefined;
  return {
    ...{ count: predictions.length, groups: groups.length, calibration, brier },
    auroc: auc(predictions.map(({ probability, correct }) => ({ score: probability, positive: correct }))),
    logLoss: logLossOf(predictions),
    meanProbability: mean(predictions.map(({ probability }) => probability)) ?? 0,
    accuracy: mean(predictions.map(({ correct }) => Number(correct))) ?? 0,
  };
}
