import type { Model, PlanOverrides, Problem } from "@reckon/core";
import {
  curvesOf,
  optionsWithin,
  type PlannedProblem,
  type PlanningSettings,
  type PlanOption,
  type SampleAdvice,
  type SamplesWithinInput,
  samplesWithin,
  strategyLimits,
} from "@reckon/planning";
import type { Estimated } from "../estimate.ts";

/** What samples of a problem would cost and bring, by their number, the fewest first. */
export interface Prospect {
  /** Where the difficulty service was asked: it need not be asked again. */
  readonly estimated: Estimated;
  readonly options: readonly PlanOption[];
}

/** What a problem's prospect depends on. */
export interface ProspectFacts {
  readonly problem: Problem;
  readonly overrides: PlanOverrides;
  readonly estimated: Estimated;
  readonly model: Model;
  readonly settings: PlanningSettings;
  readonly verifiable: boolean;
}

function inputOf(facts: ProspectFacts): Omit<SamplesWithinInput, "caps"> | undefined {
  const { problem, overrides, estimated, model, settings, verifiable } = facts;
  const curves = curvesOf(model.id);
  if (curves === undefined) return undefined;
  const planned: PlannedProblem = {
    difficulty: estimated.difficulty,
    promptBytes: problem.messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0),
  };
  const { method, strategy = "adaptive", verificationRounds = settings.verificationRounds, window } = overrides;
  const limits = strategyLimits(strategy, estimated.difficulty.score, settings);
  const most = method === "single" ? 1 : (overrides.samples ?? (strategy === "adaptive" ? undefined : limits.samples));
  return {
    ...{ problem: planned, curves, prices: model.prices, most },
    verified: verifiable && verificationRounds > 0 && limits.rounds > 0 && method !== "self-consistency",
    window: window ?? limits.window,
  };
}

/** The prospect of a problem; `undefined` for models whose curves nobody has measured. */
export function prospectOf(facts: ProspectFacts): Prospect | undefined {
  const input = inputOf(facts);
  if (input === undefined) return undefined;
  const options = optionsWithin(input);
  const { samples } = facts.overrides;
  // What the client fixed is not for a budget to choose.
  const fixed = samples === undefined ? [] : options.filter((option) => option.samples === samples);
  return { estimated: facts.estimated, options: fixed.length > 0 ? fixed : options };
}

/** N and K for the limits of a request, by the model's curves; `undefined` without limits or curves. */
export function adviceFor(
  facts: ProspectFacts & Pick<SamplesWithinInput, "caps"> & { readonly maxSamples: number | undefined },
): SampleAdvice | undefined {
  const input = inputOf(facts);
  const most = Math.min(input?.most ?? 64, facts.maxSamples ?? 64);
  return input && samplesWithin({ ...input, caps: facts.caps, most });
}
