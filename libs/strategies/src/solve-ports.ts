import type {
  AnswerKind,
  Backend,
  Capabilities,
  Clock,
  Difficulty,
  Plan,
  PlanOverrides,
  Problem,
  ScoreAggregation,
  Verifier,
} from "@reckon/core";
import { type Calibrator, defaultScoring, type ErrorModel, type PlanningSettings } from "@reckon/planning";

/** What is to be solved, and how. */
export interface SolveInput {
  readonly solveId: string;
  readonly problem: Problem;
  readonly plan: Plan;
  readonly difficulty: Difficulty;
  /** `undefined`: inferred from the question. */
  readonly answerKind: AnswerKind | undefined;
  /** Seed of the samples; random where absent. */
  readonly seed?: number | undefined;
  /** The most output tokens of all samples together; no limit where absent. */
  readonly maxOutputTokens?: number | undefined;
  /** What the client fixed; an escalated plan keeps to it. Default: nothing. */
  readonly overrides?: PlanOverrides | undefined;
  /** Default `defaultPlanningSettings`. */
  readonly settings?: PlanningSettings | undefined;
  readonly tuning?: Partial<SolveTuning> | undefined;
}

/** The world outside a solve. */
export interface SolvePorts {
  readonly thinker: Backend;
  /** `undefined`: votes are not weighed. */
  readonly verifier: Verifier | undefined;
  readonly clock: Clock;
  /** Aborting it ends the solve with the best answer so far and the reason `cancelled`, or `draining` where that is its reason. */
  readonly signal: AbortSignal;
  /** On the clock's scale; `Infinity` for none. The plan's own timeout holds too. */
  readonly deadlineAtMs: number;
  readonly capabilities: Capabilities;
}

/** Numbers of the loop itself. */
export interface SolveTuning {
  /** A step scored below this prunes its sample; 0 never prunes. In [0, 1]. */
  readonly pruneBelow: number;
  /** How step scores become a sample's score. Default: that of planning's `calibration.json`. */
  readonly aggregation: ScoreAggregation;
  /** How long a finished sample waits for its verdicts before votes go on without the verifier. */
  readonly verdictTimeoutMs: number;
  /** How long cancelled samples may take to report their exact usage. */
  readonly settleTimeoutMs: number;
  /** How long before the deadline the best answer so far becomes the answer; at most a tenth of the time there is. */
  readonly deadlineMarginMs: number;
  /** Default: that of planning's `calibration.json`. */
  readonly errorModel?: ErrorModel;
  /** Default: the model's in `calibration.json`, where it has one. */
  readonly calibrator?: Calibrator;
}

/** Defaults of the loop. */
export const defaultSolveTuning: SolveTuning = {
  pruneBelow: 0.01,
  aggregation: defaultScoring.aggregation,
  verdictTimeoutMs: 5_000,
  settleTimeoutMs: 1_000,
  deadlineMarginMs: 250,
};
