import type { Confidence, Plan, Strategy } from "@reckon/core";
import { type MakePlanInput, makePlan } from "./make-plan.ts";
import { defaultPlanningSettings } from "./settings.ts";

/** How a plan ended. */
export interface Shortfall {
  /** `undefined`: no sample gave an answer. */
  readonly confidence: Confidence | undefined;
  /** Samples that reached the step or token limit without an answer. */
  readonly cut: number;
  /** Rounds of fresh samples that the solve has had. Default 0. */
  readonly freshRounds?: number;
}

/** A leader that is more likely wrong than right is doubtful. */
export const LOW_CONFIDENCE = 0.5;

const ABOVE: Record<Strategy, Strategy | undefined> = {
  fast: "balanced",
  balanced: "comprehensive",
  comprehensive: "adaptive",
  adaptive: undefined,
};

/**
 * The plan to go on with when all samples of one have ended and the leader is doubtful (its confidence is below 0.5, or
 * nobody gave an answer); `undefined` where it is not or where nothing more may be spent. First the plan's verification
 * rounds from the third on: each adds half as many fresh samples. Then, with `enableAutoFallback`, the next strategy:
 * `fast` goes to `fallbackStrategy`, `balanced` to `comprehensive`, that to `adaptive`; adaptive already spends what pays.
 * `fast` escalates only for want of an answer, since one unverified sample is all that its client asked for. What the
 * client fixed stays fixed; samples that ended count towards the new N.
 */
export function escalate(plan: Plan, shortfall: Shortfall, input: MakePlanInput): Plan | undefined {
  const settings = input.settings ?? defaultPlanningSettings;
  const { confidence, cut, freshRounds = 0 } = shortfall;
  if (confidence !== undefined && (confidence.value >= LOW_CONFIDENCE || plan.strategy === "fast")) return undefined;
  const why =
    confidence === undefined
      ? `${plan.strategy} ended without an answer${cut > 0 ? `, ${cut} samples cut at their limit` : ""}`
      : `${plan.strategy} ended with a confidence of ${confidence.value.toFixed(2)}`;
  const fresh = input.overrides.samples === undefined && plan.strategy !== "adaptive" && confidence !== undefined;
  if (fresh && freshRounds < plan.verificationRounds - 2) {
    const extra = Math.ceil(plan.samples / 2);
    return { ...plan, samples: plan.samples + extra, reasons: [`${why}: ${extra} fresh samples`, ...plan.reasons] };
  }
  if (!settings.enableAutoFallback) return undefined;
  const above = plan.strategy === "fast" ? settings.fallbackStrategy : ABOVE[plan.strategy];
  if (above === undefined || above === plan.strategy) return undefined;
  const next = makePlan({ ...input, overrides: { ...input.overrides, strategy: above } });
  if (next.samples <= plan.samples) return undefined;
  return { ...next, model: plan.model, reasons: [`${why}: on to ${above}`, ...next.reasons] };
}
