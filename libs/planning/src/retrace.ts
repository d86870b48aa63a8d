import {
  type Confidence,
  type ProblemRecord,
  ReckonError,
  type SampleRecord,
  type SolveRecord,
  type StopReason,
  tally,
} from "@reckon/core";
import { confidenceOf, confidenceOptionsOf } from "./confidence.ts";
import { evidenceKind } from "./evidence.ts";
import { type ModelProfile, profileOf } from "./model-profile.ts";
import { domainOfRecord } from "./problem-domain.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { decide, type StopState } from "./stopping.ts";
import { weighVotes } from "./weigh-votes.ts";
import { windowTarget } from "./window.ts";

/** What was decided at one moment of a solve, and from what. */
export interface RetracedDecision {
  /** Samples that had ended. */
  readonly ended: number;
  readonly voted: number;
  readonly inFlight: number;
  /** Samples that were then started. */
  readonly starts: number;
  readonly stop: StopReason | undefined;
}

/** A recorded solve, decided anew. */
export interface Retraced {
  readonly decisions: readonly RetracedDecision[];
  /** Of each sample, by its number: how many had ended when it was started. */
  readonly startedAfter: readonly number[];
  readonly stopReason: StopReason;
  readonly endedAtStop: number;
  readonly started: number;
  /** Numbers of the samples that voted, in the order of their votes. */
  readonly votes: readonly number[];
  readonly answer: string | undefined;
  readonly confidence: Confidence | undefined;
}

/** Ends that no rule decides. */
const FROM_OUTSIDE: readonly StopReason[] = ["deadline", "budget", "cancelled", "failed", "draining", "lost"];

/**
 * Takes every decision of a recorded solve again, by the rule, the window and the prior of its plan: the samples end and are cut in
 * the order in which they did, and which of them are started, when it stops, what the answer is and how sure comes from the functions
 * that decide live. What stopped the solve from outside (a deadline, a budget) does so again at the same moment. While a cut sample
 * still held its place, no more are started than there were. Throws `failed-precondition` for a record without a solve, whose plan was
 * changed on the way, or with failed samples: others were started for them. `profile` is that of the recorded model unless given.
 */
export function retrace(record: ProblemRecord, profile?: ModelProfile): Retraced {
  const solve = replayable(record);
  const { plan, outcome, difficulty, signs } = solve;
  const modelProfile = profile ?? profileOf(plan.model);
  const { scoring } = modelProfile;
  const confidence = confidenceOptionsOf(difficulty, domainOfRecord(record), modelProfile);
  const ends = record.samples.filter((one) => one.endedAt !== undefined).sort((a, b) => placeOf(a) - placeOf(b));
  const { stopRule: rule, window, windowFixed, selection } = plan;
  const schedule = windowFixed === true ? "full" : "ramp";
  const cast: ScoredVote[] = [];
  const decisions: RetracedDecision[] = [];
  const startedAfter: number[] = [];
  const gone = new Set<number>();
  let ended = 0;
  let tokens = 0;

  const stateNow = (): StopState => {
    const hopeful = startedAfter.flatMap((_, sample) => (gone.has(sample) ? [] : [sample]));
    return {
      votes: weighVotes(cast, selection, scoring),
      ...{ inFlight: hopeful.length, left: Math.max(0, plan.samples - startedAfter.length), confidence },
      ...{ started: startedAfter.length, firstInFlight: hopeful[0] },
      tokensPerVote: cast.length === 0 ? undefined : tokens / cast.length,
      evidence: evidenceKind(signs.score, signs.logprob),
    };
  };
  /** Decides, and starts what is to be started; the reason to stop, if any. */
  const advance = (): StopReason | undefined => {
    const state = stateNow();
    const { reason: stop } = decide(rule, state);
    let starts = 0;
    if (stop === undefined) {
      starts = Math.max(0, windowTarget({ rule, window, schedule }, state) - state.inFlight);
      // Cut samples hold their places until their backend has let go of them.
      const places = record.samples.filter((one) => one.startedAfter === ended).length;
      const taken = startedAfter.filter((after) => after === ended).length;
      if (startedAfter.length - ended > state.inFlight) starts = Math.min(starts, places - taken);
      for (let i = 0; i < starts; i += 1) startedAfter.push(ended);
    }
    decisions.push({ ended, voted: cast.length, inFlight: state.inFlight, starts, stop });
    return stop;
  };
  const take = (sample: SampleRecord) => {
    ended += 1;
    gone.add(numberOf(sample));
    tokens += sample.tokens;
    if (sample.voted !== true || sample.answer === undefined || sample.canonical === undefined) return;
    const { answer, canonical, score } = sample;
    cast.push({ sample: numberOf(sample), answer, canonical, weight: 1, score, logprob: sample.logprob?.sum });
  };

  const outside = FROM_OUTSIDE.includes(outcome.stopReason) ? outcome.endedAtStop : undefined;
  let stopReason = advance();
  while (stopReason === undefined) {
    for (const sample of record.samples.filter((one) => one.cutAfter === ended)) {
      gone.add(numberOf(sample));
      stopReason ??= advance();
    }
    if (stopReason !== undefined) break;
    const next = ends[ended];
    // What is not started by these decisions cannot end; nor does anything after the end from outside.
    const isOver = ended === outside || next === undefined || numberOf(next) >= startedAfter.length;
    if (isOver) stopReason = outcome.stopReason;
    else {
      take(next);
      stopReason = advance();
    }
  }
  // All have ended but those that were cut: nothing is decided any more, but they are waited for.
  if (stopReason === "exhausted") ended = startedAfter.length;
  const endedAtStop = ended;
  for (const late of ends.slice(endedAtStop)) if (late.voted === true) take(late);
  const leader = tally(weighVotes(cast, selection, scoring))[0];
  return {
    ...{ decisions, startedAfter, stopReason, endedAtStop, started: startedAfter.length },
    votes: cast.map((vote) => vote.sample),
    answer: leader?.answer,
    confidence: leader === undefined ? undefined : confidenceOf(cast, leader.canonical, confidence),
  };
}

/**
 * Where a recorded solve and its retracing differ, a sentence each: the moment of each start, the stop, the order of votes, the answer, its
 * confidence. Empty: the decisions are the same, sample by sample.
 */
export function differencesOf(record: ProblemRecord, retraced: Retraced): string[] {
  const { outcome } = replayable(record);
  const votes = record.samples.filter((one) => one.voted === true).sort((a, b) => placeOf(a) - placeOf(b));
  const pairs: [string, unknown, unknown][] = [
    ["samples started", outcome.samplesStarted, retraced.started],
    ["stop reason", outcome.stopReason, retraced.stopReason],
    ["samples ended at the stop", outcome.endedAtStop, retraced.endedAtStop],
    ["votes", votes.map(numberOf).join(), retraced.votes.join()],
    ["answer", outcome.answer, retraced.answer],
    ["kind of confidence", outcome.confidence?.kind, retraced.confidence?.kind],
    ["confidence", outcome.confidence?.value, retraced.confidence?.value],
    ...record.samples.map((sample): [string, unknown, unknown] => [
      `start of sample ${numberOf(sample)}`,
      sample.startedAfter,
      retraced.startedAfter[numberOf(sample)],
    ]),
  ];
  return pairs.flatMap(([what, live, again]) =>
    live === again ? [] : [`${what}: ${String(live)} live, ${String(again)} in replay`],
  );
}

function replayable({ problemId, solve, samples }: ProblemRecord): SolveRecord {
  const refuse = (why: string) => new ReckonError("failed-precondition", `${problemId} cannot be retraced: ${why}`);
  if (solve === undefined) throw refuse("it is no record of a solve");
  if (solve.planChanges.length > 0) throw refuse(`its plan was changed on the way (${solve.planChanges[0]})`);
  const failed = samples.filter((sample) => sample.end === "failed").length;
  if (failed > 0) throw refuse(`${failed} of its samples failed`);
  return solve;
}

const numberOf = (sample: SampleRecord) => sample.index ?? 0;
const placeOf = (sample: SampleRecord) => sample.endedAt ?? Number.POSITIVE_INFINITY;
