import type { Config } from "@reckon/config";
import type { PlanningSettings } from "@reckon/planning";

/** The settings that planning reads, from the configuration; seconds become milliseconds. */
export function planningSettingsOf(config: Config): PlanningSettings {
  const { test_time_compute: thinking, strategies, performance, fallbacks } = config;
  return {
    maxThinkingSteps: thinking.max_thinking_steps,
    minThinkingSteps: thinking.min_thinking_steps,
    difficultyThresholdMultiplier: thinking.difficulty_threshold_multiplier,
    confidenceThreshold: thinking.confidence_threshold,
    verificationRounds: thinking.verification_rounds,
    selfConsistencySamples: thinking.self_consistency_samples,
    beamSearchWidth: strategies.beam_search_width,
    monteCarloSamples: strategies.monte_carlo_samples,
    adaptiveScaling: thinking.adaptive_scaling,
    earlyStopping: thinking.early_stopping,
    defaultTimeoutMs: performance.default_timeout * 1000,
    fastTimeoutMs: performance.fast_timeout * 1000,
    balancedTimeoutMs: performance.balanced_timeout * 1000,
    comprehensiveTimeoutMs: performance.comprehensive_timeout * 1000,
    enableAutoFallback: fallbacks.enable_auto_fallback,
    fallbackStrategy: fallbacks.fallback_strategy,
    maxRetries: fallbacks.max_retries,
  };
}
