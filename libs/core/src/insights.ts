import type { Method, StopReason, Strategy } from "./plan.ts";
import type { Confidence } from "./vote.ts";

/** How a number was distributed; all but `count` and the buckets are 0 where there are no values. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly least: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly most: number;
  /** Counts by range, the lowest first; `upTo` is inclusive. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/** How far confidences can be believed. */
export interface CalibrationNow {
  /** `reported`: by correctness that was reported; `agreement`: the share of samples that agreed stands in; `none`: neither. */
  readonly basis: "reported" | "agreement" | "none";
  /** Solves that it rests on. */
  readonly count: number;
  /** Expected calibration error, 15 bins of equal mass, in [0, 1]. */
  readonly calibrationError: number;
  /** What it would be if every confidence were exactly true; only with the basis `reported`, as the next two. */
  readonly errorByChance?: number | undefined;
  readonly brier?: number | undefined;
  readonly auroc?: number | undefined;
  readonly meanConfidence: number;
  /** Share that was right, or of agreement. */
  readonly accuracy: number;
  /** Solves whose correctness was reported. */
  readonly reported: number;
}

/** One solve: what was decided, and what came of it; no text of the question. */
export interface StrategyLogEntry {
  /** Milliseconds since 1970. */
  readonly endedAtMs: number;
  readonly solveId: string;
  /** 16 hexadecimal digits; equal questions of one tenant have equal ones. */
  readonly questionHash: string;
  /** In [0, 1]. */
  readonly difficulty: number;
  readonly strategy: Strategy;
  readonly method: Method;
  readonly plannedSamples: number;
  readonly plannedWindow: number;
  readonly model: string;
  /** Why it was planned so, one sentence each. */
  readonly reasons: readonly string[];
  readonly stopReason: StopReason;
  /** `undefined` where nobody voted. */
  readonly confidence: Confidence | undefined;
  readonly samplesStarted: number;
  readonly samplesVoted: number;
  /** Of all roles. */
  readonly tokens: number;
  /** Not spent, against the plan's N. */
  readonly tokensSaved: number;
  readonly latencyMs: number;
  /** `undefined` where nobody said. */
  readonly correct: boolean | undefined;
}

/** What was learned of the solves that ended lately. */
export interface Insights {
  readonly solves: number;
  /** Solves that were forgotten to make room. */
  readonly forgotten: number;
  /** End of the earliest that counts, in milliseconds since 1970; `undefined` where there is none. */
  readonly earliestMs: number | undefined;
  readonly difficulty: Distribution;
  readonly confidence: Distribution;
  readonly steps: Distribution;
  readonly samples: Distribution;
  readonly latencyMs: Distribution;
  /** Share of solves that the deadline ended, in [0, 1]. */
  readonly timeoutRate: number;
  /** Solves that wait to begin now. */
  readonly queueDepth: number;
  /** Solves that think now. */
  readonly thinking: number;
  readonly calibration: CalibrationNow;
  readonly tokens: number;
  readonly tokensSaved: number;
  /** The newest first. */
  readonly log: readonly StrategyLogEntry[];
}
