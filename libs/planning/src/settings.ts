import type { Strategy } from "@reckon/core";

/** Operator's settings that planning reads; names and defaults are those of the configuration file's sections, times in milliseconds. */
export interface PlanningSettings {
  /** The most steps an adaptive sample may have. Default 32. */
  readonly maxThinkingSteps: number;
  /** Default 1. */
  readonly minThinkingSteps: number;
  /** Each of adaptive's three bands of difficulty may use this many times the samples of the one below. Default 2. */
  readonly difficultyThresholdMultiplier: number;
  /** Confidence at which thinking may stop, and below which a finished plan escalates. In (0, 1]. Default 0.85. */
  readonly confidenceThreshold: number;
  /** The most rounds of verification. Default 3. */
  readonly verificationRounds: number;
  /** Samples of `comprehensive`. Default 5. */
  readonly selfConsistencySamples: number;
  /** Paths that `beam` keeps. Default 4. */
  readonly beamSearchWidth: number;
  /** Particles of `monte-carlo`. Default 10. */
  readonly monteCarloSamples: number;
  /** False: adaptive plans as if every problem were of middling difficulty. Default true. */
  readonly adaptiveScaling: boolean;
  /** Default true. */
  readonly earlyStopping: boolean;
  /** Default 30,000: `adaptive`. */
  readonly defaultTimeoutMs: number;
  /** Default 2,000. */
  readonly fastTimeoutMs: number;
  /** Default 5,000. */
  readonly balancedTimeoutMs: number;
  /** Default 10,000. */
  readonly comprehensiveTimeoutMs: number;
  /** Whether a plan that ends without confidence escalates. Default true. */
  readonly enableAutoFallback: boolean;
  /** Where `fast` escalates to. Default `balanced`. */
  readonly fallbackStrategy: Strategy;
  /** Samples that may replace failed ones, and escalations of one solve. Default 2. */
  readonly maxRetries: number;
}

/** The documented defaults. */
export const defaultPlanningSettings: PlanningSettings = {
  maxThinkingSteps: 32,
  minThinkingSteps: 1,
  difficultyThresholdMultiplier: 2,
  confidenceThreshold: 0.85,
  verificationRounds: 3,
  selfConsistencySamples: 5,
  beamSearchWidth: 4,
  monteCarloSamples: 10,
  adaptiveScaling: true,
  earlyStopping: true,
  defaultTimeoutMs: 30_000,
  fastTimeoutMs: 2_000,
  balancedTimeoutMs: 5_000,
  comprehensiveTimeoutMs: 10_000,
  enableAutoFallback: true,
  fallbackStrategy: "balanced",
  maxRetries: 2,
};
