import type { SampleEnd, SolveEvent, Verdict } from "@reckon/core";
import { chainLogprob, createSampleRecord, reasoningSteps, type SampleRecord } from "./sample-record.ts";

/** Every sample of one solve. */
export interface SampleBook {
  /** Samples started so far; also the index of the next one. */
  readonly started: number;
  /** Samples whose end was announced: they have voted or never will. */
  readonly ended: number;
  /** Output tokens of those over the votes among them; `undefined` before the first vote. */
  readonly tokensPerVote: number | undefined;
  readonly ends: Readonly<Record<SampleEnd, number>>;
  /** Steps of each sample that voted. */
  readonly stepsOfVoters: readonly number[];
  /** All of them, in the order of their start. */
  readonly samples: readonly SampleRecord[];
  add(): SampleRecord;
  get(sample: number): SampleRecord | undefined;
  /** Samples that the backend has not ended. */
  live(): SampleRecord[];
  /** Samples that may still vote: live ones that are not being cancelled, and ended ones that wait for verdicts. */
  hopeful(): SampleRecord[];
  /** Ended samples that wait for verdicts. */
  waiting(): SampleRecord[];
  countEnd(reason: SampleEnd): void;
  /** The end of a sample is announced. */
  countEnded(record: SampleRecord): void;
  countVoter(record: SampleRecord): void;
}

/** Creates an empty book. */
export function createSampleBook(): SampleBook {
  const records: SampleRecord[] = [];
  const ends = { stop: 0, length: 0, cancelled: 0, pruned: 0, failed: 0 };
  const stepsOfVoters: number[] = [];
  let ended = 0;
  let tokens = 0;
  const isWaiting = (record: SampleRecord) => record.answer !== undefined;
  const isLive = (record: SampleRecord) => record.end === undefined;
  return {
    ends,
    stepsOfVoters,
    samples: records,
    get started() {
      return records.length;
    },
    get ended() {
      return ended;
    },
    get tokensPerVote() {
      return stepsOfVoters.length === 0 ? undefined : tokens / stepsOfVoters.length;
    },
    add() {
      const record = createSampleRecord(records.length, ended);
      records.push(record);
      return record;
    },
    get: (sample) => records[sample],
    live: () => records.filter(isLive),
    hopeful: () => records.filter((r) => isWaiting(r) || (isLive(r) && r.cancelling === undefined)),
    waiting: () => records.filter(isWaiting),
    countEnd(reason) {
      ends[reason] += 1;
    },
    countEnded({ end }) {
      ended += 1;
      tokens += end?.usage.outputTokens ?? 0;
    },
    countVoter(record) {
      stepsOfVoters.push(reasoningSteps(record));
    },
  };
}

/** How a sample's vote came out. */
export interface SampleResult {
  readonly answer?: string | undefined;
  readonly canonical?: string | undefined;
  /** Weight of its vote. */
  readonly vote?: number | undefined;
  readonly verdicts: readonly Verdict[];
}

/** The event that a sample has ended; its record must have ended. */
export function sampleEndedEvent(record: SampleRecord, result: SampleResult): SolveEvent {
  const { reason, usage, failure } = record.end ?? {
    reason: "cancelled",
    usage: record.usageSoFar,
    failure: undefined,
  };
  return {
    type: "sample-ended",
    sample: record.sample,
    reason,
    answer: result.answer,
    canonical: result.canonical,
    steps: reasoningSteps(record),
    usage,
    vote: result.vote,
    verdicts: result.verdicts,
    meanLogprob: record.logprobCount > 0 ? record.logprobSum / record.logprobCount : undefined,
    failure,
    trace: {
      score: record.score,
      logprob: chainLogprob(record),
      startedAfter: record.startedAfter,
      cutAfter: record.cutAfter,
    },
  };
}
