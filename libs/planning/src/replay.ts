import { type Confidence, type Selection, type StopReason, type StopRule, tally } from "@reckon/core";
import { type ConfidenceOptions, confidenceOf } from "./confidence.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { decide, type StopState } from "./stopping.ts";
import { weighVotes } from "./weigh-votes.ts";
import { windowTarget } from "./window.ts";

/** One sample as it was recorded. */
export interface RecordedSample {
  /** Canonical form of its answer; `undefined` where it gave none: it costs tokens and casts no vote. */
  readonly canonical: string | undefined;
  /** Output tokens, >= 0. */
  readonly outputTokens: number;
  /** P(right) by a verifier, in [0, 1]. */
  readonly score?: number | undefined;
}

/** The rule to replay. */
export interface ReplayOptions {
  /** N, the most samples; no more than are recorded are started. */
  readonly samples: number;
  /** K. */
  readonly window: number;
  readonly stopRule: StopRule;
  readonly selection: Selection;
  readonly confidence: ConfidenceOptions;
}

/** What would have happened. */
export interface ReplayResult {
  /** Canonical form of the answer; `undefined` where nobody voted. */
  readonly canonical: string | undefined;
  readonly confidence: Confidence | undefined;
  readonly stopReason: StopReason;
  readonly started: number;
  readonly voted: number;
  /** The votes at the end, in the order in which they were cast. */
  readonly votes: readonly ScoredVote[];
  /** All output tokens, those of cancelled samples until they were cancelled included. */
  readonly outputTokens: number;
  readonly cancelledTokens: number;
  /** Tokens on the critical path: the time it took, at one token a tick for every sample in flight. */
  readonly latencyTokens: number;
}

/**
 * Runs a stop rule over recorded samples, taken in the order given, K at most in flight, refilled as they end, one token of
 * each per tick; on the stop the rest is cancelled and what it had generated is counted. The decisions are those that the
 * live loop takes, by the same functions; samples that end in the same tick vote in the order in which they were started.
 */
export function replay(recorded: readonly RecordedSample[], options: ReplayOptions): ReplayResult {
  const { stopRule: rule, selection, window } = options;
  const limit = Math.min(options.samples, recorded.length);
  const scored = recorded.some((sample) => sample.score !== undefined);
  const votes: ScoredVote[] = [];
  let running: { readonly sample: number; readonly startedAt: number; readonly endsAt: number }[] = [];
  let started = 0;
  let now = 0;
  let finished = 0;
  const state = (): StopState => ({
    votes: weighVotes(votes, selection),
    inFlight: running.length,
    left: limit - started,
    scored,
    confidence: options.confidence,
  });
  for (;;) {
    const current = state();
    const decision = decide(rule, current);
    if (decision.stop) {
      const cancelledTokens = running.reduce((sum, sample) => sum + now - sample.startedAt, 0);
      const leader = tally(current.votes)[0]?.canonical;
      return {
        canonical: leader,
        confidence: leader === undefined ? undefined : confidenceOf(votes, leader, options.confidence),
        stopReason: decision.reason ?? "exhausted",
        started,
        voted: votes.length,
        votes,
        outputTokens: finished + cancelledTokens,
        cancelledTokens,
        latencyTokens: now,
      };
    }
    for (let target = windowTarget({ rule, window }, current); running.length < target; started += 1) {
      const tokens = recorded[started]?.outputTokens ?? 0;
      running.push({ sample: started, startedAt: now, endsAt: now + tokens });
    }
    const next = running.reduce((first, sample) => (sample.endsAt < first.endsAt ? sample : first));
    running = running.filter((sample) => sample !== next);
    now = next.endsAt;
    const { canonical, outputTokens, score } = recorded[next.sample] as RecordedSample;
    finished += outputTokens;
    if (canonical !== undefined) votes.push({ sample: next.sample, canonical, answer: canonical, weight: 1, score });
  }
}
