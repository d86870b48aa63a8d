import type { ConfidenceKind } from "@reckon/core";
import { type IsotonicModel, predictIsotonic, sigmoid } from "@reckon/stats";
import type { ConfidenceFeature, ConfidenceFeatures } from "./confidence-features.ts";
import type { EvidenceKind } from "./evidence.ts";

/** Which raw confidences a calibrator is for. */
export interface CalibratorScope {
  /** Kind of the raw confidences; others stay as they are, since it knows nothing of them. */
  readonly of: ConfidenceKind;
  /** The signs that the votes had; absent: whichever. */
  readonly signs?: EvidenceKind | undefined;
  /** The domain of the problems; absent: all of them. */
  readonly domain?: string | undefined;
}

/**
 * A fitted map from features to a probability: a logistic regression, P = sigmoid(intercept + sum of weight * feature), and
 * where it was better on outcomes it had not seen, a non-decreasing function of that P.
 */
export interface Calibrator extends CalibratorScope {
  readonly intercept: number;
  /** Features without one have no effect. */
  readonly weights: { readonly [name in ConfidenceFeature]?: number | undefined };
  readonly isotonic?: IsotonicModel | undefined;
  /** Problems whose outcomes it was fitted on; several states of one problem count once. */
  readonly outcomes: number;
}

/** The calibrated probability, in [0, 1]; `undefined` where a feature that it needs is unknown. */
export function applyCalibrator(calibrator: Calibrator, features: ConfidenceFeatures): number | undefined {
  let sum = calibrator.intercept;
  for (const [name, weight] of Object.entries(calibrator.weights)) {
    const value = features[name as ConfidenceFeature];
    if (value === undefined) return undefined;
    sum += weight * value;
  }
  const probability = sigmoid(sum);
  return calibrator.isotonic === undefined ? probability : predictIsotonic(calibrator.isotonic, probability);
}

/**
 * The calibrator for raw confidences of a kind: one of the problem's domain before one of all domains, and among these one of
 * the very signs before one of whichever. `undefined` where there is none: then the raw confidence stays.
 */
export function calibratorFor(calibrators: readonly Calibrator[], scope: CalibratorScope): Calibrator | undefined {
  let best: Calibrator | undefined;
  let bestRank = -1;
  for (const one of calibrators) {
    if (one.of !== scope.of) continue;
    if (one.domain !== undefined && one.domain !== scope.domain) continue;
    if (one.signs !== undefined && one.signs !== scope.signs) continue;
    const rank = (one.domain === undefined ? 0 : 2) + (one.signs === undefined ? 0 : 1);
    if (rank > bestRank) [best, bestRank] = [one, rank];
  }
  return best;
}
