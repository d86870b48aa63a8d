import type { Plan } from "@reckon/core";
import { escalate, type PlanningSettings } from "@reckon/planning";
import type { Progress } from "./continuation.ts";
import type { SolveInput, SolvePorts } from "./solve-ports.ts";

/** Finds the plan to go on with where all samples of one have ended in doubt; `undefined` where nothing more is to be spent. */
export type Escalation = (progress: Progress) => Plan | undefined;

/** The escalations of one solve: rounds of fresh samples first, then the strategy above, as `escalate` of planning has it. */
export function createEscalation(input: SolveInput, ports: SolvePorts, settings: PlanningSettings): Escalation {
  const { problem, difficulty, overrides = {}, maxSamples = Number.POSITIVE_INFINITY } = input;
  const { capabilities, verifier } = ports;
  const verifiers = verifier?.names ?? [];
  let freshRounds = 0;
  return ({ plan, confidence, cut, started }) => {
    const context = { problem, difficulty, overrides, capabilities, settings, verifiers };
    const next = escalate(plan, { confidence, cut, freshRounds }, context);
    if (next === undefined) return undefined;
    const samples = Math.min(next.samples, maxSamples);
    if (samples <= started) return undefined;
    if (next.strategy === plan.strategy) freshRounds += 1;
    return { ...next, samples, window: Math.min(next.window, samples) };
  };
}
