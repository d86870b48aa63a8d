import { type StopReason, type StopRule, tally } from "@reckon/core";
import { regularisedBeta } from "@reckon/stats";
import { type ConfidenceOptions, confidenceOf } from "./confidence.ts";
import type { EvidenceKind } from "./evidence.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { valueOfSample } from "./value-of-sample.ts";

/** What a stop rule looks at. Samples in flight have not voted: they count for nothing but `inFlight`. */
export interface StopState {
  /** In any order. */
  readonly votes: readonly ScoredVote[];
  /** Samples that were started and may still vote. */
  readonly inFlight: number;
  /** Samples that may still be started. */
  readonly left: number;
  /** Which signs of quality the samples to come will have. */
  readonly evidence: EvidenceKind | undefined;
  /** How confidence is computed, for the rule `confidence` and for windows. */
  readonly confidence: ConfidenceOptions;
}

/** What a stop rule says. */
export interface StopDecision {
  readonly stop: boolean;
  /** Set where `stop` is. */
  readonly reason: StopReason | undefined;
  /** Probability in [0, 1] that the leader stays the leader; 0 before the first vote. */
  readonly leaderStays: number;
}

/**
 * Probability that the leader is the likeliest answer: 1 - I_0.5(v1 + 1, v2 + 1) over the two largest vote counts
 * (adaptive-consistency, arXiv 2305.11860, Beta version). Weighted votes become effective counts: each candidate's share
 * of the weight times Kish's effective number of votes, (sum w)^2 / sum w^2, which is the plain count for equal weights.
 */
export function leaderStays(votes: readonly ScoredVote[]): number {
  const [first, second] = tally(votes);
  if (first === undefined) return 0;
  const sum = votes.reduce((total, vote) => total + vote.weight, 0);
  const squares = votes.reduce((total, vote) => total + vote.weight ** 2, 0);
  const effective = squares > 0 ? sum ** 2 / squares : votes.length;
  const v1 = first.share * effective;
  const v2 = (second?.share ?? 0) * effective;
  return 1 - regularisedBeta(0.5, v1 + 1, v2 + 1);
}

/**
 * Decides whether to stop, from the votes alone, whatever their order: the same votes give the same decision live and in
 * replay. `none` never stops early; `beta` stops when `leaderStays` reaches the threshold; `confidence` when the
 * probability that the leader is right does, and gives up with `no-gain` once one more sample is expected to raise that
 * by less than `minGain`. Neither stops before `minVotes` votes, nor gives up before two.
 * Whatever the rule, nothing in flight and nothing left to start is `exhausted`.
 */
export function decide(rule: StopRule, state: StopState): StopDecision {
  const stays = leaderStays(state.votes);
  const stop = (reason: StopReason): StopDecision => ({ stop: true, reason, leaderStays: stays });
  if (isConfident(rule, state)) return stop("confident");
  if (state.inFlight === 0 && state.left === 0) return stop("exhausted");
  if (givesUp(rule, state)) return stop("no-gain");
  return { stop: false, reason: undefined, leaderStays: stays };
}

/** Whether the votes alone are enough for the rule, whatever is left: `none` never has enough. */
export function isConfident(rule: StopRule, state: StopState): boolean {
  if (rule.name === "none" || state.votes.length < rule.minVotes) return false;
  if (rule.name === "beta") return leaderStays(state.votes) >= rule.threshold;
  const leader = tally(state.votes)[0];
  if (leader === undefined) return false;
  const confidence = confidenceOf(state.votes, leader.canonical, state.confidence);
  return confidence !== undefined && confidence.value >= rule.threshold;
}

/** Value of one more sample in a state, exact up to `enough`; what is in flight may still vote too. */
export function valueOfNext({ votes, inFlight, left, evidence, confidence }: StopState, enough: number): number {
  return valueOfSample(votes, { evidence, left: Math.max(1, inFlight + left), enough, confidence });
}

/** Votes before which nothing is known about how much they vary. */
const LEAST_VOTES_TO_GIVE_UP = 2;

function givesUp(rule: StopRule, state: StopState): boolean {
  const { minGain = 0 } = rule;
  if (rule.name !== "confidence" || minGain <= 0) return false;
  if (state.votes.length < Math.max(rule.minVotes, LEAST_VOTES_TO_GIVE_UP)) return false;
  return valueOfNext(state, minGain) < minGain;
}
