import type { SolveEvent as SolveEventMessage } from "@reckon/proto/reckon/orchestrator/v1/event";
import type { Candidate, Confidence, Difficulty, Ledger, Outcome, Plan, SampleUsage, Verdict } from "./values.ts";
import type { AnswerKind, PlanChangeReason, SampleEnd } from "./vocabulary.ts";

/** What every event has: its place in the stream (from 1, without gaps), its time, and the message as it came. */
export interface SolveEventBase {
  readonly sequence: number;
  /** Milliseconds since the server took the request. */
  readonly elapsedMs: number;
  /** The protobuf message, for `solveEventToJson` and for fields newer than this SDK. */
  readonly message: SolveEventMessage;
}

/** The plan stands and thinking begins; always the first. */
export interface SolveStarted extends SolveEventBase {
  readonly type: "solve-started";
  readonly solveId: string;
  readonly difficulty: Difficulty;
  readonly plan: Plan;
  readonly answerKind: AnswerKind | undefined;
}

/** A sample began. */
export interface SampleStarted extends SolveEventBase {
  readonly type: "sample-started";
  readonly sample: number;
}

/** A sample thought on: text to append, and the step (from 0) that the text begins in. */
export interface ThoughtDelta extends SolveEventBase {
  readonly type: "thought-delta";
  readonly sample: number;
  readonly step: number;
  readonly text: string;
  readonly outputTokens: number;
}

/** Verifiers have judged a step. */
export interface StepScored extends SolveEventBase {
  readonly type: "step-scored";
  readonly sample: number;
  readonly step: number;
  readonly text: string;
  readonly verdicts: readonly Verdict[];
}

/** A sample ended; `vote` is the weight of its vote, `undefined` where it did not vote. */
export interface SampleEnded extends SolveEventBase {
  readonly type: "sample-ended";
  readonly sample: number;
  readonly reason: SampleEnd | undefined;
  readonly answer: string | undefined;
  readonly canonical: string | undefined;
  readonly steps: number;
  readonly usage: SampleUsage;
  readonly vote: number | undefined;
  readonly verdicts: readonly Verdict[];
  readonly meanLogprob: number | undefined;
  readonly failure: string | undefined;
}

/** The candidates or the confidence changed. */
export interface ConfidenceChanged extends SolveEventBase {
  readonly type: "confidence-changed";
  readonly confidence: Confidence | undefined;
  readonly candidates: readonly Candidate[];
  /** Probability that the leader stays the leader. */
  readonly leaderStays: number;
  readonly ledger: Ledger;
}

/** The plan was changed on the way. */
export interface PlanChanged extends SolveEventBase {
  readonly type: "plan-changed";
  readonly reason: PlanChangeReason | undefined;
  readonly detail: string;
  readonly plan: Plan | undefined;
}

/** The outcome stands; always the last. */
export interface SolveEnded extends SolveEventBase {
  readonly type: "solve-ended";
  readonly outcome: Outcome;
}

/** An event of a kind that this SDK does not know yet. */
export interface UnknownEvent extends SolveEventBase {
  readonly type: "unknown";
}

/** One event of a solve. */
export type SolveEvent =
  | SolveStarted
  | SampleStarted
  | ThoughtDelta
  | StepScored
  | SampleEnded
  | ConfidenceChanged
  | PlanChanged
  | SolveEnded
  | UnknownEvent;
