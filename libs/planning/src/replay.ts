import { type Confidence, type Selection, type StopReason, type StopRule, tally } from "@reckon/core";
import { type ConfidenceOptions, confidenceOf } from "./confidence.ts";
import { evidenceKind } from "./evidence.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { decide, type StopState } from "./stopping.ts";
import { type Scoring, weighVotes } from "./weigh-votes.ts";
import { type Schedule, windowTarget } from "./window.ts";

/** One sample as it was recorded. */
export interface RecordedSample {
  /** Canonical form of its answer; `undefined` where it gave none: it costs tokens and casts no vote. */
  readonly canonical: string | undefined;
  /** Output tokens, >= 0. */
  readonly outputTokens: number;
  /** P(right) by a verifier, in [0, 1]. */
  readonly score?: number | undefined;
  /** Log-probability of the whole chain, in nats. */
  readonly logprob?: number | undefined;
  /** Output tokens after which a verifier would prune it; absent: never. */
  readonly prunedAt?: number | undefined;
}

/** The rule to replay. */
export interface ReplayOptions {
  /** N, the most samples; no more than are recorded are started. */
  readonly samples: number;
  /** K. */
  readonly window: number;
  /** Default `ramp`. */
  readonly schedule?: Schedule | undefined;
  readonly stopRule: StopRule;
  readonly selection: Selection;
  /** Default: that of `defaultProfile`. */
  readonly scoring?: Scoring | undefined;
  readonly confidence: ConfidenceOptions;
  /** Whether the rule goes by vote counts alone, as where nobody scores: signs of quality weigh the votes, but stop nothing. Default false. */
  readonly blind?: boolean | undefined;
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
  /** Those of pruned samples included. */
  readonly cancelledTokens: number;
  /** Tokens on the critical path: the time it took, at one token a tick for every sample in flight. */
  readonly latencyTokens: number;
}

interface Running {
  readonly sample: number;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly pruned: boolean;
}

/**
 * Runs a stop rule over recorded samples, taken in the order given, K at most in flight, refilled as they end, one token of
 * each per tick; on the stop the rest is cancelled and what it had generated is counted. A sample that a verifier would have
 * pruned ends there without a vote, unless it was the last hope. The decisions are those that the
 * live loop takes, by the same functions; samples that end in the same tick vote in the order in which they were started, those
 * after the one that decided too.
 */
export function replay(recorded: readonly RecordedSample[], options: ReplayOptions): ReplayResult {
  const { stopRule: rule, selection, window, schedule = "ramp", blind = false } = options;
  const limit = Math.min(options.samples, recorded.length);
  const has = (sign: "score" | "logprob") => recorded.some((sample) => sample[sign] !== undefined);
  const evidence = blind ? undefined : evidenceKind(has("score"), has("logprob"));
  const weigh = () => weighVotes(votes, selection, options.scoring);
  const votes: ScoredVote[] = [];
  const unsigned: ScoredVote[] = [];
  let running: Running[] = [];
  let started = 0;
  let now = 0;
  let finishedTokens = 0;
  let prunedTokens = 0;
  const end = (sample: number) => {
    const { canonical, outputTokens, score, logprob } = recorded[sample] as RecordedSample;
    finishedTokens += outputTokens;
    if (canonical === undefined) return;
    votes.push({ sample, canonical, answer: canonical, weight: 1, score, logprob });
    unsigned.push({ sample, canonical, answer: canonical, weight: 1 });
  };
  for (;;) {
    const state: StopState = {
      votes: blind ? unsigned : weigh(),
      inFlight: running.length,
      left: limit - started,
      started,
      firstInFlight: running.length === 0 ? undefined : Math.min(...running.map((one) => one.sample)),
      tokensPerVote: votes.length === 0 ? undefined : (finishedTokens + prunedTokens) / votes.length,
      evidence,
      confidence: options.confidence,
    };
    const { stop, reason = "exhausted" } = decide(rule, state);
    if (stop) {
      // What has finished in the very tick of the stop is paid for, and votes, as in the live loop.
      for (const done of running.filter((sample) => sample.endsAt <= now && !sample.pruned)) end(done.sample);
      running = running.filter((sample) => sample.endsAt > now || sample.pruned);
      const cancelledTokens = running.reduce((sum, sample) => sum + now - sample.startedAt, prunedTokens);
      const leader = tally(weigh())[0]?.canonical;
      return {
        canonical: leader,
        confidence: leader === undefined ? undefined : confidenceOf(votes, leader, options.confidence),
        stopReason: reason,
        started,
        voted: votes.length,
        votes,
        outputTokens: finishedTokens + cancelledTokens,
        cancelledTokens,
        latencyTokens: now,
      };
    }
    for (let target = windowTarget({ rule, window, schedule }, state); running.length < target; started += 1) {
      const { outputTokens, prunedAt = outputTokens } = recorded[started] as RecordedSample;
      const pruned = prunedAt < outputTokens;
      running.push({ sample: started, startedAt: now, endsAt: now + Math.min(prunedAt, outputTokens), pruned });
    }
    const next = running.reduce((first, sample) => (sample.endsAt < first.endsAt ? sample : first));
    running = running.filter((sample) => sample !== next);
    now = next.endsAt;
    if (next.pruned && running.length === 0 && votes.length === 0) {
      running.push({
        ...next,
        endsAt: next.startedAt + (recorded[next.sample] as RecordedSample).outputTokens,
        pruned: false,
      });
    } else if (next.pruned) {
      prunedTokens += now - next.startedAt;
    } else {
      end(next.sample);
    }
  }
}
