import type { Plan } from "@reckon/core";
import { isDearer, makePlan, type PlanningSettings } from "@reckon/planning";
import type { SolveInput, SolvePorts } from "./solve-ports.ts";

/** The plan to go on with where no sample of one came through; `undefined` where there is none, or it was tried. */
export type Fallback = (plan: Plan, started: number) => Plan | undefined;

/**
 * The fallback of one solve, taken once: the configured strategy where it is a cheaper one than the plan's, which asks less of a
 * backend that has trouble. Its samples come on top of those that failed; the time stays what it was.
 */
export function createFallback(input: SolveInput, ports: SolvePorts, settings: PlanningSettings): Fallback {
  const { problem, difficulty, overrides = {}, maxSamples = Number.POSITIVE_INFINITY } = input;
  const { enableAutoFallback, fallbackStrategy: strategy } = settings;
  let taken = !enableAutoFallback;
  return (plan, started) => {
    // Who fixed N said how many samples there may be at most.
    if (overrides.samples !== undefined) return undefined;
    if (taken || !isDearer(plan.strategy, strategy)) return undefined;
    taken = true;
    const next = makePlan({
      ...{ problem, difficulty, settings, capabilities: ports.capabilities, verifiers: ports.verifier?.names ?? [] },
      overrides: { ...overrides, strategy },
    });
    const samples = Math.min(started + next.samples, maxSamples);
    if (samples <= started) return undefined;
    const detail = `every sample of ${plan.strategy} failed: on with ${strategy}`;
    const window = Math.min(next.window, plan.window);
    return {
      ...next,
      samples,
      window,
      model: plan.model,
      timeoutMs: plan.timeoutMs,
      reasons: [detail, ...next.reasons],
    };
  };
}
