import type {
  AnswerKind,
  Backend,
  Capabilities,
  Clock,
  Difficulty,
  LedgerCaps,
  Plan,
  PlanOverrides,
  Problem,
  RoutingFacts,
  TokenPrices,
  Verifier,
} from "@reckon/core";
import type { ModelProfile, PlanningSettings, Pressure } from "@reckon/planning";

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
  /** Hard limits of the whole request; wall time is the deadline of the ports. Default: none. */
  readonly caps?: LedgerCaps | undefined;
  /** What the model's tokens cost at most; needed for a cap on costs. */
  readonly prices?: TokenPrices | undefined;
  /** What a million tokens of the verifier cost at most. Default 0: it is part of the house. */
  readonly verifierUsdPerMillion?: number | undefined;
  /** The most tokens of a judgement by a model, its rubric included. Default 2,048. */
  readonly judgementTokens?: number | undefined;
  /** Bytes that the backend may add to the prompt. Default 0. */
  readonly promptExtraBytes?: number | undefined;
  /** The most samples of the whole request, escalations included, whatever the plan says. Default: no limit. */
  readonly maxSamples?: number | undefined;
  /** What a router may go by. Default: nothing. */
  readonly routing?: RoutingFacts | undefined;
  /** Whether the backend may ask a second time for a slow sample. Default false. */
  readonly hedges?: boolean | undefined;
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
  /** How hard it is at present to serve everybody; asked whenever samples may start. Default: never. */
  readonly pressure?: (() => Pressure) | undefined;
}

/** Numbers of the loop itself. */
export interface SolveTuning {
  /** A step scored below this prunes its sample; 0 never prunes. In [0, 1]. */
  readonly pruneBelow: number;
  /** How long a finished sample waits for its verdicts before votes go on without the verifier. */
  readonly verdictTimeoutMs: number;
  /** How long after a stop the verdicts of samples that had finished are waited for; after that they do not vote. */
  readonly lateVerdictMs: number;
  /** How long cancelled samples may take to report their exact usage. */
  readonly settleTimeoutMs: number;
  /** How long before the deadline the best answer so far becomes the answer; at most a tenth of the time there is. */
  readonly deadlineMarginMs: number;
  /** What is known of the model's samples. Default: `profileOf` the plan's model. */
  readonly profile?: ModelProfile;
}

/** Defaults of the loop. */
export const defaultSolveTuning: SolveTuning = {
  pruneBelow: 0.01,
  verdictTimeoutMs: 5_000,
  lateVerdictMs: 100,
  settleTimeoutMs: 5_000,
  deadlineMarginMs: 250,
};
