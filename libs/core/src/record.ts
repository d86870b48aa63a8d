import type { Difficulty } from "./difficulty.ts";
import type { Plan, StopReason } from "./plan.ts";
import type { AnswerKind } from "./problem.ts";
import type { SampleEnd } from "./sample.ts";
import type { Confidence } from "./vote.ts";

/** Version of the record schema that is written; docs/records.md. */
export const RECORD_SCHEMA = 1;

/** A step of a recorded sample. */
export interface StepRecord {
  /** What a verifier said, in [0, 1]. */
  readonly score?: number | undefined;
  /** Output tokens of the sample by the end of the step; rising. */
  readonly tokens?: number | undefined;
  /** Whether it and all before it are right, where that is known. */
  readonly correct?: boolean | undefined;
}

/** A recorded sample. Only `tokens` must be known of it. */
export interface SampleRecord {
  /** Number of the sample in the order of starts, from 0; its place in the list where absent. */
  readonly index?: number | undefined;
  /** Absent: it gave none. It costs tokens and casts no vote. */
  readonly answer?: string | undefined;
  /** Canonical form of its answer, as the voting had it. */
  readonly canonical?: string | undefined;
  /** Output tokens, >= 0; of a sample that was cancelled, until then. */
  readonly tokens: number;
  /** What it said; only where prompts are recorded. */
  readonly text?: string | undefined;
  readonly steps?: readonly StepRecord[] | undefined;
  /** P(right) by a verifier for the whole sample, in [0, 1]. */
  readonly score?: number | undefined;
  /** Log-probabilities, in nats: their sum over the chain where all are known, and their mean over `tokens` of them. */
  readonly logprob?: { readonly sum?: number | undefined; readonly mean?: number | undefined } | undefined;
  /** Absent: it ended by itself. */
  readonly end?: SampleEnd | undefined;
  /** True where it cast a vote in the recorded solve. */
  readonly voted?: boolean | undefined;
  /** How many samples of the solve had ended when it was started. */
  readonly startedAfter?: number | undefined;
  /** Its place, from 0, in the order in which samples ended: for one that voted, when its vote was cast. */
  readonly endedAt?: number | undefined;
  /** How many had ended when it was cut, pruned or too long: from there on it had no vote to come. */
  readonly cutAfter?: number | undefined;
  /** Whether its answer is right, where that is known. */
  readonly correct?: boolean | undefined;
}

/** How a recorded solve went, beside its samples. */
export interface SolveRecord {
  readonly solveId: string;
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  /** As it stood at the end. */
  readonly plan: Plan;
  readonly difficulty: Difficulty;
  /** Which signs of quality samples had: a verifier's scores, log-probabilities of the whole chain. */
  readonly signs: { readonly score: boolean; readonly logprob: boolean };
  /** How its plan was changed on the way, a sentence each. */
  readonly planChanges: readonly string[];
  readonly outcome: {
    readonly answer: string | undefined;
    readonly confidence: Confidence | undefined;
    readonly stopReason: StopReason;
    readonly samplesStarted: number;
    /** Samples that had ended when it was decided to stop; the votes of later ones count too, but had no say in it. */
    readonly endedAtStop: number | undefined;
    readonly samplesVoted: number;
    readonly latencyMs: number;
    readonly degradations: readonly string[];
  };
}

/** A problem with its samples: one line of a file of records. Fields that are absent are not known. */
export interface ProblemRecord {
  readonly problemId: string;
  /** Only where prompts are recorded. */
  readonly question?: string | undefined;
  /** SHA-256 of the question, in hexadecimal digits. */
  readonly questionHash?: string | undefined;
  readonly answerKind?: AnswerKind | undefined;
  /** The right answer. */
  readonly gold?: string | undefined;
  readonly samples: readonly SampleRecord[];
  /** How it was solved, where it was. */
  readonly solve?: SolveRecord | undefined;
  /** `schema` is `RECORD_SCHEMA` in what Reckon writes, absent in foreign data. */
  readonly versions?: {
    readonly schema?: number | undefined;
    readonly reckon?: string | undefined;
    readonly model?: string | undefined;
  };
  /** What else is known of the problem, by name: the bench's split, seed, family, band. */
  readonly labels?: Readonly<Record<string, string | number>> | undefined;
}
