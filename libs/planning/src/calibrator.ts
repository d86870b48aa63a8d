import type { ConfidenceKind } from "@reckon/core";
import { fitLogistic, type LogisticModel, logit, predictLogistic } from "@reckon/stats";

/** What a calibrator is fitted on and applied to: the raw confidence and the votes behind it. */
export interface CalibrationFeatures {
  /** Raw confidence in [0, 1]. */
  readonly confidence: number;
  /** Samples that voted, >= 1. */
  readonly votes: number;
}

/** One outcome that is known. */
export interface CalibrationSample extends CalibrationFeatures {
  readonly correct: boolean;
}

/** A fitted map from raw confidence to probability. */
export interface Calibrator {
  readonly kind: "platt";
  /** Kind of the raw confidences it was fitted on; others stay as they are, since it knows nothing of them. */
  readonly of: ConfidenceKind;
  readonly logistic: LogisticModel;
  /** Outcomes it was fitted on. */
  readonly samples: number;
}

/** Fewer outcomes than this are not enough for a calibrator; the raw kind is reported instead. */
export const MIN_CALIBRATION_SAMPLES = 50;

const featuresOf = (f: CalibrationFeatures) => [logit(f.confidence, 1e-4), Math.log(f.votes)];

/**
 * Fits Platt's map (Advances in Large Margin Classifiers, 1999) on the logit of the raw confidence and the logarithm of the
 * number of votes, for raw confidences of one kind. `undefined` under `MIN_CALIBRATION_SAMPLES` outcomes, where all of them are alike, or where the fit would
 * turn the order of confidences around.
 */
export function fitCalibrator(
  samples: readonly CalibrationSample[],
  of: ConfidenceKind = "verifier",
): Calibrator | undefined {
  const correct = samples.filter((sample) => sample.correct).length;
  if (samples.length < MIN_CALIBRATION_SAMPLES || correct === 0 || correct === samples.length) return undefined;
  const logistic = fitLogistic(
    samples.map((sample) => ({ features: featuresOf(sample), positive: sample.correct })),
    1,
  );
  if ((logistic.weights[0] ?? 0) <= 0) return undefined;
  return { kind: "platt", of, logistic, samples: samples.length };
}

/** The calibrated probability, in [0, 1]; rises with the raw confidence. */
export function applyCalibrator(calibrator: Calibrator, features: CalibrationFeatures): number {
  return predictLogistic(calibrator.logistic, featuresOf(features));
}
