import type { Confidence, ConfidenceKind } from "@reckon/core";
import calibration from "./calibration.json" with { type: "json" };
import { applyCalibrator, type Calibrator } from "./calibrator.ts";
import { defaultErrorModel, type ErrorModel, posteriorOf } from "./posterior.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";

/** What a confidence is computed with. */
export interface ConfidenceOptions {
  /** From the difficulty: P(one sample is right). */
  readonly prior: BetaPrior;
  /** Default: that of `calibration.json`. */
  readonly errorModel?: ErrorModel;
  /** Where one was fitted for the model that thinks. Default none. */
  readonly calibrator?: Calibrator;
}

/** The calibrator fitted for a model, by the model's id; `undefined` where there is none. */
export function calibratorFor(model: string): Calibrator | undefined {
  return (calibration.calibrators as Record<string, Calibrator | undefined>)[model];
}

/**
 * Probability that the leading candidate is right, by `posteriorOf`: of kind `verifier` where any vote has a score, else
 * `agreement`; `calibrated` where a calibrator for that kind was given. In (0, 1), also after one vote, whose value without a score is
 * the prior's mean. `undefined` where nobody voted or where the leader has no vote.
 */
export function confidenceOf(
  votes: readonly ScoredVote[],
  leader: string,
  options: ConfidenceOptions,
): Confidence | undefined {
  const raw = posteriorOf(votes, options.prior, options.errorModel ?? defaultErrorModel).get(leader);
  if (raw === undefined) return undefined;
  const kind: ConfidenceKind = votes.some((vote) => vote.score !== undefined) ? "verifier" : "agreement";
  if (options.calibrator?.of === kind) {
    return { value: applyCalibrator(options.calibrator, { confidence: raw, votes: votes.length }), kind: "calibrated" };
  }
  return { value: Math.min(1, Math.max(0, raw)), kind };
}
