import { type Selection, tally } from "@reckon/core";
import { basisOf, type ConfidenceBasis, rawConfidenceOf, withSigns } from "./confidence.ts";
import { type ConfidenceFeatures, confidenceFeatures } from "./confidence-features.ts";
import type { ModelProfile } from "./model-profile.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";
import { weighVotes } from "./weigh-votes.ts";

/** What votes say before any calibration. */
export interface VoteState extends ConfidenceBasis {
  /** Canonical form of the leading candidate. */
  readonly leader: string;
  /** Its raw confidence, in [0, 1]. */
  readonly raw: number;
  readonly features: ConfidenceFeatures;
}

/** What a state is made with. */
export interface VoteStateOptions {
  readonly prior: BetaPrior;
  readonly selection: Selection;
  readonly profile: Pick<ModelProfile, "scoring" | "errorModel">;
}

/** The state of votes, as calibrators are fitted on it; `undefined` before the first vote. */
export function voteStateOf(votes: readonly ScoredVote[], options: VoteStateOptions): VoteState | undefined {
  const { prior, selection, profile } = options;
  const { errorModel, scoring } = profile;
  const leader = tally(weighVotes(votes, selection, scoring))[0]?.canonical;
  if (leader === undefined) return undefined;
  const raw = rawConfidenceOf(votes, leader, { prior, errorModel }) ?? 0;
  const basis = basisOf(votes, errorModel);
  return { ...basis, leader, raw, features: confidenceFeatures(withSigns(votes, basis.signs), leader, { raw, prior }) };
}
