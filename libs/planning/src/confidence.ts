import type { Confidence, ConfidenceKind, Difficulty } from "@reckon/core";
import { applyCalibrator, type Calibrator, calibratorFor } from "./calibrator.ts";
import { confidenceFeatures } from "./confidence-features.ts";
import { votePrior } from "./estimate-difficulty.ts";
import { type EvidenceKind, evidenceKind } from "./evidence.ts";
import { defaultProfile, type ModelProfile } from "./model-profile.ts";
import { type ErrorModel, posteriorOf } from "./posterior.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";

/** What a confidence is computed with. */
export interface ConfidenceOptions {
  /** From the difficulty: P(one sample is right). */
  readonly prior: BetaPrior;
  /** Default: that of `defaultProfile`. */
  readonly errorModel?: ErrorModel;
  /** Those fitted for the model that thinks; `calibratorFor` says which of them counts. Default none. */
  readonly calibrators?: readonly Calibrator[];
  /** What the problem is about, for calibrators of one domain. */
  readonly domain?: string | undefined;
}

/** What the confidence of a problem's votes is computed with, live and when a solve is taken again. */
export function confidenceOptionsOf(
  difficulty: Difficulty,
  domain: string | undefined,
  { errorModel, calibrators }: ModelProfile,
): ConfidenceOptions {
  return { prior: votePrior(difficulty, domain), errorModel, calibrators, domain };
}

/** What votes rest on: a verifier's scores, else log-probabilities that say something of this model, else agreement alone. */
export interface ConfidenceBasis {
  readonly kind: ConfidenceKind;
  readonly signs: EvidenceKind | undefined;
}

/** The basis of votes under a model of errors. */
export function basisOf(votes: readonly ScoredVote[], { evidence }: ErrorModel): ConfidenceBasis {
  const isScored = votes.some((vote) => vote.score !== undefined);
  const hasLogprobs = votes.some((vote) => vote.logprob !== undefined);
  const counts = isScored ? evidence.kinds.both !== undefined : evidence.kinds.logprob !== undefined;
  const signs = evidenceKind(isScored, hasLogprobs && counts);
  return { kind: isScored ? "verifier" : (signs ?? "agreement") === "logprob" ? "logprob" : "agreement", signs };
}

/** The votes as a calibrator sees them: a log-probability that says nothing of this model is none. */
export function withSigns(votes: readonly ScoredVote[], signs: EvidenceKind | undefined): readonly ScoredVote[] {
  const hasChains = signs === "both" || signs === "logprob";
  if (hasChains || votes.every(({ logprob }) => logprob === undefined)) return votes;
  return votes.map((vote) => ({ ...vote, logprob: undefined }));
}

/** The raw confidence of a leader, by `posteriorOf`; `undefined` where it has no vote. */
export function rawConfidenceOf(
  votes: readonly ScoredVote[],
  leader: string,
  { prior, errorModel = defaultProfile.errorModel }: ConfidenceOptions,
): number | undefined {
  const raw = posteriorOf(votes, prior, errorModel).get(leader);
  return raw === undefined ? undefined : Math.min(1, Math.max(0, raw));
}

/**
 * Probability that the leading candidate is right, by `posteriorOf`: of kind `verifier` where any vote has a score, `logprob`
 * where log-probabilities count, else `agreement`; `calibrated` where there is a calibrator for that kind. In (0, 1), also
 * after one vote, whose value without signs of quality is the prior's mean. `undefined` where nobody voted or where the leader
 * has no vote. The order of votes has no effect.
 */
export function confidenceOf(
  votes: readonly ScoredVote[],
  leader: string,
  options: ConfidenceOptions,
): Confidence | undefined {
  const { prior, errorModel = defaultProfile.errorModel, calibrators = [], domain } = options;
  const raw = rawConfidenceOf(votes, leader, options);
  if (raw === undefined) return undefined;
  const { kind, signs } = basisOf(votes, errorModel);
  const calibrator = calibratorFor(calibrators, { of: kind, signs, domain });
  if (calibrator !== undefined) {
    const features = confidenceFeatures(withSigns(votes, signs), leader, { raw, prior });
    const value = applyCalibrator(calibrator, features);
    if (value !== undefined) return { value, kind: "calibrated" };
  }
  return { value: raw, kind };
}
