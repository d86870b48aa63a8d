import type { Model, PlanOverrides, Problem, VerifierName } from "@reckon/core";
import {
  curvesOf,
  type ModelCurves,
  optionsWithin,
  type PlannedProblem,
  type PlanningSettings,
  type PlanOption,
  type SampleAdvice,
  type SamplesWithinInput,
  samplesAtPrice,
  samplesWithin,
  strategyLimits,
} from "@reckon/planning";
import type { Estimated } from "../estimate.ts";

/** What samples of a problem would cost and bring, by their number, the fewest first. */
export interface Prospect {
  /** Where the difficulty service was asked: it need not be asked again. */
  readonly estimated: Estimated;
  readonly options: readonly PlanOption[];
  /** What prices of its tokens are read from; absent where the client fixed what a price decides, or no prices were learned. */
  readonly priced?: Priced | undefined;
}

/** A problem that may go on as long as its votes are worth a price. */
export interface Priced {
  readonly planned: PlannedProblem;
  readonly curves: ModelCurves;
}

/** What a problem's prospect depends on. */
export interface ProspectFacts {
  readonly problem: Problem;
  readonly overrides: PlanOverrides;
  readonly estimated: Estimated;
  readonly model: Model;
  readonly settings: PlanningSettings;
  readonly verifiers: readonly VerifierName[];
}

type Input = Omit<SamplesWithinInput, "caps">;

function inputOf(facts: ProspectFacts): Input | undefined {
  const { problem, overrides, estimated, model, settings, verifiers } = facts;
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
    verified: verifiers.length > 0 && verificationRounds > 0 && limits.rounds > 0 && method !== "self-consistency",
    window: window ?? limits.window,
    searchable: model.capabilities.continueFromPrefix && verifiers.includes("prm"),
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
  return { estimated: facts.estimated, options: fixed.length > 0 ? fixed : options, priced: pricedOf(facts, input) };
}

/** Prices were learned with weighted votes under `adaptive`: whoever wants something else is planned in advance. */
function pricedOf({ overrides, settings }: ProspectFacts, input: Input): Priced | undefined {
  const { strategy = "adaptive", earlyStopping = settings.earlyStopping, method, samples } = overrides;
  const { stopRule, confidenceThreshold, selection, temperature } = overrides;
  const fixed = [method, samples, stopRule, confidenceThreshold, selection, temperature].some((x) => x !== undefined);
  if (fixed || strategy !== "adaptive" || !earlyStopping || !input.verified) return undefined;
  const { curves, problem } = input;
  return curves.bands.every(({ prices }) => prices !== undefined) ? { planned: problem, curves } : undefined;
}

/** N and K for the limits of a request, by the model's curves, or for a price; `undefined` without limits or curves. */
export function adviceFor(
  facts: ProspectFacts &
    Pick<SamplesWithinInput, "caps"> & {
      readonly maxSamples: number | undefined;
      readonly tokenGain: number | undefined;
    },
): SampleAdvice | undefined {
  const input = inputOf(facts);
  if (input === undefined) return undefined;
  const within = { ...input, caps: facts.caps, most: Math.min(input.most ?? 64, facts.maxSamples ?? 64) };
  return facts.tokenGain === undefined ? samplesWithin(within) : samplesAtPrice(within, facts.tokenGain);
}
