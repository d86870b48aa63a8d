import type { Confidence, ConfidenceKind } from "@reckon/core";
import { applyCalibrator, type Calibrator } from "./calibrator.ts";
import { defaultProfile } from "./model-profile.ts";
import { type ErrorModel, posteriorOf } from "./posterior.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";

/** What a confidence is computed with. */
export interface ConfidenceOptions {
  /** From the difficulty: P(one sample is right). */
  readonly prior: BetaPrior;
  /** Default: that of `defaultProfile`. */
  readonly errorModel?: ErrorModel;
  /** Those fitted for the model that thinks, one a kind of raw confidence. Default none. */
  readonly calibrators?: readonly Calibrator[];
}

/** What the votes rest on: a verifier's scores, else log-probabilities that say something of this model, else agreement alone. */
function kindOf(votes: readonly ScoredVote[], { evidence }: ErrorModel): ConfidenceKind {
  if (votes.some((vote) => vote.score !== undefined)) return "verifier";
  const hasLogprobs = evidence.kinds.logprob !== undefined && votes.some((vote) => vote.logprob !== undefined);
  return hasLogprobs ? "logprob" : "agreement";
}

/**
 * Probability that the leading candidate is right, by `posteriorOf`: of kind `verifier` where any vote has a score, `logprob`
 * where log-probabilities count, else `agreement`; `calibrated` where a calibrator for that kind was given. In (0, 1), also
 * after one vote, whose value without signs of quality is the prior's mean. `undefined` where nobody voted or where the leader
 * has no vote.
 */
export function confidenceOf(
  votes: readonly ScoredVote[],
  leader: string,
  options: ConfidenceOptions,
): Confidence | undefined {
  const errorModel = options.errorModel ?? defaultProfile.errorModel;
  const raw = posteriorOf(votes, options.prior, errorModel).get(leader);
  if (raw === undefined) return undefined;
  const kind = kindOf(votes, errorModel);
  const calibrator = options.calibrators?.find((one) => one.of === kind);
  if (calibrator !== undefined) {
    return { value: applyCalibrator(calibrator, { confidence: raw, votes: votes.length }), kind: "calibrated" };
  }
  return { value: Math.min(1, Math.max(0, raw)), kind };
}
