import type { Vote } from "@reckon/core";

/** A vote with what a verifier said of its sample: P(the sample is right) in [0, 1], `undefined` where none spoke. */
export interface ScoredVote extends Vote {
  readonly score?: number | undefined;
}

/** A Beta prior on P(one sample is right): pseudo-counts of right (`alpha`) and wrong (`beta`) samples, both > 0. */
export interface BetaPrior {
  readonly alpha: number;
  readonly beta: number;
}
