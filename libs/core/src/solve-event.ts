import type { Difficulty } from "./difficulty.ts";
import type { LedgerSnapshot } from "./ledger.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import type { AnswerKind } from "./problem.ts";
import type { SampleEnd, SampleUsage, Verdict } from "./sample.ts";
import type { Candidate, Confidence } from "./vote.ts";

/** What a vote rested on and when its sample began, so that the solve can be replayed. */
export interface SampleTrace {
  /** P(right) by the verifier, in [0, 1], that its vote had. */
  readonly score: number | undefined;
  /** Log-probability of the whole chain, in nats, where all of it is known. */
  readonly logprob: number | undefined;
  /** How many samples had ended when it was started, and when it was cut. */
  readonly startedAfter: number;
  readonly cutAfter: number | undefined;
}

/** One event of a solve, without its sequence number; `solve-started` comes first, `solve-ended` last. */
export type SolveEvent =
  | {
      readonly type: "solve-started";
      readonly solveId: string;
      readonly difficulty: Difficulty;
      readonly plan: Plan;
      readonly answerKind: AnswerKind | undefined;
    }
  | { readonly type: "sample-started"; readonly sample: number }
  | {
      readonly type: "thought-delta";
      readonly sample: number;
      /** Step that the text begins in, from 0; a line break ends a step. */
      readonly step: number;
      readonly text: string;
      /** Tokens the sample has generated so far. */
      readonly outputTokens: number;
    }
  | {
      readonly type: "step-scored";
      readonly sample: number;
      readonly step: number;
      readonly text: string;
      readonly verdicts: readonly Verdict[];
    }
  | {
      readonly type: "sample-ended";
      readonly sample: number;
      readonly reason: SampleEnd;
      readonly answer: string | undefined;
      readonly canonical: string | undefined;
      readonly steps: number;
      readonly usage: SampleUsage;
      /** Weight of its vote; `undefined` where it did not vote. */
      readonly vote: number | undefined;
      readonly verdicts: readonly Verdict[];
      readonly meanLogprob: number | undefined;
      readonly failure: string | undefined;
      /** For records; not on the wire. */
      readonly trace?: SampleTrace | undefined;
    }
  | {
      readonly type: "confidence-changed";
      readonly confidence: Confidence;
      readonly candidates: readonly Candidate[];
      /** Probability that the leader stays the leader, in [0, 1]. */
      readonly leaderStays: number;
      readonly ledger: LedgerSnapshot;
    }
  | {
      readonly type: "plan-changed";
      readonly reason: "escalated" | "degraded";
      readonly detail: string;
      readonly plan: Plan;
    }
  | { readonly type: "solve-ended"; readonly outcome: Outcome };
