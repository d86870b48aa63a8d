import { limits } from "@reckon/core";
import { z } from "zod";
import { booleanKey, choiceKey, integerKey, numberKey } from "./config-key.ts";

const seconds = { above: 0, max: limits.timeoutMs.max / 1000, unit: "seconds" };

/** `[test_time_compute]`: how much thinking a problem may have. */
export const testTimeComputeSection = z
  .object({
    max_thinking_steps: integerKey(
      32,
      "The most reasoning steps of one sample; adaptive uses half of it for easy problems.",
      limits.steps,
    ),
    min_thinking_steps: integerKey(1, "The fewest reasoning steps a sample should have.", limits.steps),
    difficulty_threshold_multiplier: numberKey(
      2,
      "Each of the three bands of difficulty of adaptive may use this many times the samples of the one below.",
      { above: 0, max: 16 },
    ),
    confidence_threshold: numberKey(0.85, "Thinking stops when the confidence in the leading answer reaches this.", {
      above: 0,
      max: 1,
    }),
    verification_rounds: integerKey(3, "The most rounds of verification.", limits.verificationRounds),
    self_consistency_samples: integerKey(5, "Samples of a comprehensive solve, unless it escalates.", limits.samples),
    adaptive_scaling: booleanKey(
      true,
      "Let adaptive spend by difficulty; false plans every problem as one of middling difficulty.",
    ),
    early_stopping: booleanKey(true, "Stop as soon as another sample would not change the answer."),
  })
  .describe("How much thinking a problem may have.");

/** `[strategies]`: widths of the search methods. */
export const strategiesSection = z
  .object({
    beam_search_width: integerKey(4, "Paths that the method beam keeps, unless the client says how many.", {
      min: 1,
      max: limits.window.max,
    }),
    monte_carlo_samples: integerKey(
      10,
      "Particles of the method monte-carlo, unless the client says how many.",
      limits.samples,
    ),
  })
  .describe("Widths of the search methods.");

/** `[integration]`: what Reckon works with, where it is there. */
export const integrationSection = z
  .object({
    use_tpu_kernels: booleanKey(true, "Prefer backends on TPUs. Accepted, without effect yet."),
    enable_router_integration: booleanKey(
      true,
      "Let requests choose among the configured backends; false uses the default one alone.",
    ),
    enable_memory_monitoring: booleanKey(true, "Have the memory of each process among its metrics."),
    enable_metrics_collection: booleanKey(
      true,
      "Export metrics where an OTLP endpoint is set; false leaves traces and logs.",
    ),
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
    enable_auto_fallback: booleanKey(
      true,
      "Let a solve that ends without confidence go on with the strategy above its own.",
    ),
    fallback_strategy: choiceKey(
      ["fast", "balanced", "comprehensive", "adaptive"],
      "balanced",
      "The strategy that fast goes on with, and that dearer ones are planned as under severe pressure.",
    ),
    max_retries: integerKey(
      2,
      "Samples that may replace failed ones in one solve, and how often a lost call to the models is opened again.",
      { min: 0, max: 16 },
    ),
  })
  .describe("What happens when something fails.");
