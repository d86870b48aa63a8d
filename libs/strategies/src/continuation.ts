import type { Confidence, Plan, StopReason } from "@reckon/core";
import type { PlanningSettings } from "@reckon/planning";
import { createEscalation } from "./escalation.ts";
import { createFallback } from "./fallback.ts";
import type { SolveInput, SolvePorts } from "./solve-ports.ts";

/** How far a plan got whose samples have all ended. */
export interface Progress {
  readonly plan: Plan;
  /** `undefined`: no sample gave an answer. */
  readonly confidence: Confidence | undefined;
  readonly started: number;
  readonly failed: number;
  /** Samples that were cut at their limit. */
  readonly cut: number;
  /** Whether some failure may go well another time. */
  readonly mayPass: boolean;
  /** Whether the plan was cut down, since others wait for what more thinking would take. */
  readonly isRelieved: boolean;
}

/** The plan to go on with, as more thinking or as less, or why thinking ends. */
export type Continuation = (
  progress: Progress,
) => { readonly how: "escalated" | "degraded"; readonly plan: Plan } | StopReason;

/**
 * What comes after a plan: where every sample failed, the fallback strategy, if that may help; where the leader is in doubt,
 * more thinking, unless there is pressure and an answer that can be given; else the end.
 */
export function createContinuation(input: SolveInput, ports: SolvePorts, settings: PlanningSettings): Continuation {
  const escalation = createEscalation(input, ports, settings);
  const fallback = createFallback(input, ports, settings);
  return (progress) => {
    const { plan, started } = progress;
    if (progress.confidence === undefined && progress.failed === started) {
      const next = progress.mayPass ? fallback(plan, started) : undefined;
      return next === undefined ? "failed" : { how: "degraded", plan: next };
    }
    const makesDo = progress.isRelieved && progress.confidence !== undefined;
    const next = makesDo ? undefined : escalation(progress);
    return next === undefined ? "exhausted" : { how: "escalated", plan: next };
  };
}
