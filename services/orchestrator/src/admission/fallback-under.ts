import type { PlanOverrides, Strategy } from "@reckon/core";
import { isDearer, type PlanningSettings, type Pressure } from "@reckon/planning";

/** The strategy that a solve is planned with in place of the one asked for, and why. */
export interface Fallback {
  readonly strategy: Strategy;
  readonly detail: string;
}

/**
 * Under severe pressure, the configured fallback strategy in place of a dearer one; `undefined` where there is no such
 * pressure, where what was asked for is as cheap, and where automatic fallback is off.
 */
export function fallbackUnder(
  pressure: Pressure,
  { strategy: asked = "adaptive" }: PlanOverrides,
  { enableAutoFallback, fallbackStrategy }: PlanningSettings,
): Fallback | undefined {
  if (pressure !== "severe" || !enableAutoFallback || !isDearer(asked, fallbackStrategy)) return undefined;
  return { strategy: fallbackStrategy, detail: `pressure is severe: ${fallbackStrategy} instead of ${asked}` };
}
