import type { Confidence, Plan, Strategy } from "@reckon/core";
import { type MakePlanInput, makePlan } from "./make-plan.ts";
import { defaultPlanningSettings } from "./settings.ts";

/** How a plan ended. */
export interface Shortfall {
  /** `undefined`: no sample gave an answer. */
  readonly confidence: Confidence | undefined;
  /** Samples that reached the step or token limit without an answer. */
  readonly cut: number;
}

const ABOVE: Record<Strategy, Strategy | undefined> = {
  fast: "balanced",
  balanced: "comprehensive",
  comprehensive: "adaptive",
  adaptive: undefined,
};

/**
 * The plan to go on with when one has ended without confidence, or `undefined` where it is good enough or nothing more may
 * be spent: `enableAutoFallback` is off, or the client fixed both samples and steps. `fast` goes to `fallbackStrategy`,
 * `balanced` to `comprehensive`, that to `adaptive`; adaptive already spends what pays. What the client fixed stays fixed;
 * samples that ended count towards the new N.
 */
export function escalate(plan: Plan, shortfall: Shortfall, input: MakePlanInput): Plan | undefined {
  const settings = input.settings ?? defaultPlanningSettings;
  if (!settings.enableAutoFallback) return undefined;
  const value = shortfall.confidence?.value ?? 0;
  const wanted = input.overrides.confidenceThreshold ?? settings.confidenceThreshold;
  if (value >= wanted) return undefined;
  const above = plan.strategy === "fast" ? settings.fallbackStrategy : ABOVE[plan.strategy];
  if (above === undefined || above === plan.strategy) return undefined;
  const next = makePlan({ ...input, overrides: { ...input.overrides, strategy: above } });
  const more = next.samples > plan.samples || (shortfall.cut > 0 && next.maxSteps > plan.maxSteps);
  if (!more) return undefined;
  const why =
    shortfall.confidence === undefined
      ? `${plan.strategy} ended without an answer${shortfall.cut > 0 ? ` (${shortfall.cut} samples cut at their limit)` : ""}`
      : `${plan.strategy} ended with a confidence of ${value.toFixed(2)}, below ${wanted}`;
  return { ...next, reasons: [`${why}: on to ${above}`, ...next.reasons] };
}
