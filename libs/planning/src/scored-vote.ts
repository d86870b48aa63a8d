import type { Vote } from "@reckon/core";

/** A vote with the signs of its sample's quality. */
export interface ScoredVote extends Vote {
  /** What a verifier said: P(the sample is right) in [0, 1]; `undefined` where none spoke. */
  readonly score?: number | undefined;
  /** Log-probability that the model gave to the whole chain, in nats, <= 0; `undefined` where it tells none. */
  readonly logprob?: number | undefined;
  /** Mean log-probability a token of the group of tokens that the model was least sure of, in nats, <= 0 (`groupConfidence`). */
  readonly groupLogprob?: number | undefined;
}

/** A Beta prior on P(one sample is right): pseudo-counts of right (`alpha`) and wrong (`beta`) samples, both > 0. */
export interface BetaPrior {
  readonly alpha: number;
  readonly beta: number;
}
