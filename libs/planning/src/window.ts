import { type StopRule, tally } from "@reckon/core";
import { mean } from "@reckon/stats";
import { signsWorth, weightsFor } from "./evidence.ts";
import { defaultProfile } from "./model-profile.ts";
import type { ScoredVote } from "./scored-vote.ts";
import {
  givesUp,
  isConfident,
  isPricedByToken,
  isUnscored,
  priceOfSample,
  type StopState,
  valueOfNext,
} from "./stopping.ts";

/**
 * When samples start. `ramp`: as few as could still decide the vote, K at most; `full`: always K. With a barrier, for comparison
 * with others: `batch`, K at once and the next K when all have ended; `doubling`, two at once, then as many as there have been.
 */
export type Schedule = "ramp" | "full" | "batch" | "doubling";

/** Schedules, the default one first. */
export const schedules: readonly Schedule[] = ["ramp", "full", "batch", "doubling"];

/** What a window depends on beside the votes. */
export interface WindowOptions {
  readonly rule: StopRule;
  /** K, the most samples in flight; >= 1. `doubling` has none. */
  readonly window: number;
  /** Default `ramp`. */
  readonly schedule?: Schedule;
}

/**
 * The fewest further votes, all for the leader (or all for one answer, before any vote), after which the rule would stop:
 * at least 1, at most `limit`. More samples than that in flight could only be waste. Votes to come are given the mean
 * weight and signs of those the leader has.
 */
export function votesToStop(options: WindowOptions, state: StopState, limit: number): number {
  const leader = tally(state.votes)[0];
  const mine = state.votes.filter((vote) => vote.canonical === leader?.canonical);
  const { evidence: model } = state.confidence.errorModel ?? defaultProfile.errorModel;
  const typical = signsWorth(weightsFor(model, state.evidence)?.typical ?? 0, model, state.evidence);
  const seen = (sign: "score" | "logprob") => mean(mine.flatMap((vote) => vote[sign] ?? []));
  const next: ScoredVote = {
    sample: -1,
    canonical: leader?.canonical ?? "",
    answer: leader?.answer ?? "",
    weight: mean(mine.map((vote) => vote.weight)) ?? 1,
    ...(typical.score !== undefined && { score: seen("score") ?? typical.score }),
    ...(typical.logprob !== undefined && { logprob: seen("logprob") ?? typical.logprob }),
  };
  const votes = [...state.votes];
  for (let extra = 1; extra < limit; extra += 1) {
    votes.push(next);
    // Nothing is in flight then: the guard of a rule has nothing to hold against these votes.
    const settled = { ...state, votes, inFlight: 0, firstInFlight: undefined };
    if (isConfident(options.rule, settled)) return extra;
    // For `value`, giving up on more is not to be in doubt, but to have had enough.
    if (options.rule.name === "value" && givesUp(options.rule, { ...settled, left: limit - extra })) return extra;
  }
  return Math.max(1, limit);
}

/**
 * How many samples should be in flight now: never more than K, nor than may still vote. On the `ramp` also no more than could be
 * needed to stop, or than their price is worth: an easy question starts one or two at once, and a split vote fills the window.
 */
export function windowTarget(options: WindowOptions, state: StopState): number {
  const { rule, window, schedule = "ramp" } = options;
  const open = state.inFlight + state.left;
  const limit = Math.min(window, open);
  if (schedule === "doubling") return state.inFlight > 0 ? 0 : Math.min(open, Math.max(2, startedIn(state)));
  if (schedule === "batch") return state.inFlight > 0 ? 0 : limit;
  if (limit <= 1 || schedule === "full" || rule.name === "unanimous") return limit;
  // Before a vote nobody knows what a price by the token comes to, and one may be enough.
  if (isPricedByToken(rule) && state.tokensPerVote === undefined) return 1;
  const needed = votesToStop(options, state, limit);
  return Math.min(needed, samplesWorth(rule, state, needed));
}

function startedIn({ started, votes, inFlight }: StopState): number {
  return started ?? votes.length + inFlight;
}

/**
 * How many times the value of one more sample covers its price; at least 1. Values diminish, so that a sample
 * beyond that would most likely be cancelled when those before it have voted. Measured by replay: 40 % of the tokens of a
 * full window of 8 saved, at twice its latency. `atMost` where a rule has no price or nobody has voted yet.
 */
function samplesWorth(rule: StopRule, state: StopState, atMost: number): number {
  const price = priceOfSample(rule, state);
  if (price <= 0 || state.votes.length === 0) return atMost;
  // Where going on is weighed exactly, `votesToStop` has said how many could be needed.
  if (rule.name === "value" && isUnscored(state)) return atMost;
  return Math.max(1, Math.floor(valueOfNext(state, atMost * price) / price));
}
