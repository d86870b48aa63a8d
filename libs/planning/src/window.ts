import { type StopRule, tally } from "@reckon/core";
import { mean } from "@reckon/stats";
import { signsWorth, weightsFor } from "./evidence.ts";
import { defaultProfile } from "./model-profile.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { isConfident, type StopState, valueOfNext } from "./stopping.ts";

/** What a window depends on beside the votes. */
export interface WindowOptions {
  readonly rule: StopRule;
  /** K, the most samples in flight; >= 1. */
  readonly window: number;
  /** True: always K, as far as samples may still start. Default false. */
  readonly fixed?: boolean;
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
    if (isConfident(options.rule, { ...state, votes })) return extra;
  }
  return Math.max(1, limit);
}

/**
 * How many samples should be in flight now: never more than could be needed to stop, than their price is worth, than K, or
 * than may still vote. An easy question so starts one or two at once, and a split vote fills the window.
 */
export function windowTarget(options: WindowOptions, state: StopState): number {
  const limit = Math.min(options.window, state.inFlight + state.left);
  if (limit <= 1 || options.fixed) return limit;
  const needed = votesToStop(options, state, limit);
  return Math.min(needed, samplesWorth(options.rule, state, needed));
}

/**
 * How many times the value of one more sample covers its price, `minGain`; at least 1. Values diminish, so that a sample
 * beyond that would most likely be cancelled when those before it have voted. Measured by replay: 40 % of the tokens of a
 * full window of 8 saved, at twice its latency. `atMost` where a rule has no price or nobody has voted yet.
 */
function samplesWorth(rule: StopRule, state: StopState, atMost: number): number {
  const { minGain = 0 } = rule;
  if (rule.name !== "confidence" || minGain <= 0 || state.votes.length === 0) return atMost;
  return Math.max(1, Math.floor(valueOfNext(state, atMost * minGain) / minGain));
}
