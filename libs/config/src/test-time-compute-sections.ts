import { limits } from "@reckon/core";
import { z } from "zod";
import { booleanKey, choiceKey, integerKey, numberKey } from "./config-key.ts";

const seconds = { above: 0, max: limits.timeoutMs.max / 1000, unit: "seconds" };

/** `[test_time_compute]`: how much thinking a problem may have. */
export const testTimeComputeSection = z
  .object({
    max_thinking_steps: integerKey(32, "The most reasoning steps of one sample.", limits.steps),
    min_thinking_steps: integerKey(1, "The fewest reasoning steps a sample should have.", limits.steps),
    difficulty_threshold_multiplier: numberKey(
      2,
      "How strongly difficulty scales what is spent: the hardest problems may get this many times the compute of the easiest of their strategy.",
      { above: 0, max: 16 },
    ),
    confidence_threshold: numberKey(0.85, "Thinking stops when the confidence in the leading answer reaches this.", {
      above: 0,
      max: 1,
    }),
    verification_rounds: integerKey(3, "The most rounds of verification.", limits.verificationRounds),
    self_consistency_samples: integerKey(5, "Samples of a comprehensive solve, before escalation.", limits.samples),
    adaptive_scaling: booleanKey(true, "Spend by difficulty; false gives every problem the same plan."),
    early_stopping: booleanKey(true, "Stop as soon as another sample would not change the answer."),
  })
  .describe("How much thinking a problem may have.");

/** `[strategies]`: widths of the search methods. */
export const strategiesSection = z
  .object({
    beam_search_width: integerKey(4, "Width of the search: samples in flight of a comprehensive solve.", {
      min: 1,
      max: limits.window.max,
    }),
    monte_carlo_samples: integerKey(10, "Samples of the method monte-carlo.", limits.samples),
  })
  .describe("Widths of the search methods.");

/** `[integration]`: what Reckon works with, where it is there. */
export const integrationSection = z
  .object({
    use_tpu_kernels: booleanKey(true, "Prefer backends on TPUs where some are configured."),
    enable_router_integration: booleanKey(
      true,
      "Let the model proxy choose among backends; false uses the default one.",
    ),
    enable_memory_monitoring: booleanKey(true, "Report the memory of each process."),
    enable_metrics_collection: booleanKey(true, "Collect metrics; they are exported where an OTLP endpoint is set."),
  })
  .describe("What Reckon works with, where it is there.");

/** `[performance]`: the time each strategy may take, in seconds. */
export const performanceSection = z
  .object({
    default_timeout: numberKey(30, "Time for an adaptive solve.", seconds),
    fast_timeout: numberKey(2, "Time for a fast solve.", seconds),
    balanced_timeout: numberKey(5, "Time for a balanced solve.", seconds),
    comprehensive_timeout: numberKey(10, "Time for a comprehensive solve.", seconds),
  })
  .describe("The time each strategy may take. A request may set its own.");

/** `[fallbacks]`: what happens when something fails. */
export const fallbacksSection = z
  .object({
    enable_auto_fallback: booleanKey(true, "Go on with `fallback_strategy` where a plan cannot be carried out."),
    fallback_strategy: choiceKey(
      ["fast", "balanced", "comprehensive", "adaptive"],
      "balanced",
      "The strategy to go on with.",
    ),
    max_retries: integerKey(2, "How often a failed call to a backend is tried again.", { min: 0, max: 16 }),
  })
  .describe("What happens when something fails.");
