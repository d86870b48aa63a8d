import {
  type Capabilities,
  type Difficulty,
  type Method,
  type Plan,
  type PlanOverrides,
  type Problem,
  ReckonError,
  type Selection,
  type StopRule,
  type Strategy,
  type VerifierName,
} from "@reckon/core";
import { defaultStop } from "./default-stop.ts";
import type { SampleAdvice } from "./scaling/samples-within.ts";
import { isSearch, planSearch } from "./search-plan.ts";
import { defaultPlanningSettings, type PlanningSettings } from "./settings.ts";
import { writeStopRule } from "./stop-text.ts";
import { type StrategyLimits, strategyLimits, surenessOf } from "./strategy-limits.ts";

/** What a plan is made from. */
export interface MakePlanInput {
  readonly problem: Problem;
  readonly difficulty: Difficulty;
  readonly overrides: PlanOverrides;
  readonly capabilities: Capabilities;
  /** Default `defaultPlanningSettings`. */
  readonly settings?: PlanningSettings;
  /** Verifiers that can be asked. Default: `prm` where the capabilities have it, else none. */
  readonly verifiers?: readonly VerifierName[];
  /** N, K and when to stop, by a budget and the model's curves, in place of `adaptive`'s own. Default: none. */
  readonly advice?: SampleAdvice | undefined;
}

/** A line of thought is rarely longer; a sample that is gets cut. */
const TOKENS_PER_STEP = 64;
const MIN_SAMPLE_TOKENS = 128;

/**
 * Decides what to spend on a problem: the limits of its strategy (`adaptive` where the client named none), cut down to what
 * the backend and the verifiers can do, then whatever the client fixed. Every choice is explained in `reasons`. Throws
 * `failed-precondition` for a method that the model or the verifiers cannot serve (see `planSearch`) and for a seed that the
 * backend would ignore, `invalid-argument` for overrides that contradict each other.
 */
export function makePlan(input: MakePlanInput): Plan {
  const { overrides, difficulty, capabilities } = input;
  const settings = input.settings ?? defaultPlanningSettings;
  const strategy: Strategy = overrides.strategy ?? "adaptive";
  const score = overrides.difficulty ?? difficulty.score;
  const sure = overrides.difficulty === undefined && !difficulty.overridden ? surenessOf(difficulty) : undefined;
  // The other strategies have their own N, and the client's N goes before all.
  const advice = strategy === "adaptive" && overrides.samples === undefined ? input.advice : undefined;
  const limits = advised(strategyLimits(strategy, score, settings, sure), advice);
  const reasons = [...limits.reasons];
  if (overrides.strategy === undefined) reasons.unshift("no strategy was named: adaptive is the default");
  if (overrides.seed !== undefined && !capabilities.seed) {
    throw new ReckonError("failed-precondition", "options.seed: the model's backend cannot repeat samples by seed");
  }

  const verifiers = input.verifiers ?? (capabilities.processReward ? (["prm"] as const) : []);
  const rounds = chooseRounds(limits, overrides, verifiers, reasons);
  const advisedSearch = overrides.method === undefined ? searchOf(advice) : undefined;
  const method = advisedSearch?.method ?? chooseMethod(limits, overrides, rounds, reasons);
  const wanted = { ...overrides, ...advisedSearch };
  const searched = planSearch({ method, overrides: wanted, limits, settings, capabilities, verifiers, rounds });
  reasons.push(...(searched?.reasons ?? []));
  const samples = searched?.samples ?? chooseSamples(limits, overrides, method, reasons);
  const window = overrides.window ?? searched?.window ?? limits.window;
  const atOnce = searched ? window : Math.min(samples, window);
  if (overrides.window !== undefined) reasons.push(`${atOnce} samples at once, as the client asked`);
  const steps = chooseSteps(limits, overrides, reasons);
  const temperature = chooseTemperature(overrides, searched ? 2 : samples, reasons);
  return {
    strategy,
    method,
    selection: chooseSelection(method, overrides, rounds, reasons),
    samples,
    window: atOnce,
    windowFixed: overrides.window !== undefined,
    ...steps,
    maxSampleTokens: Math.max(MIN_SAMPLE_TOKENS, steps.maxSteps * TOKENS_PER_STEP),
    verificationRounds: rounds,
    ...(searched && { search: searched.search }),
    stopRule: chooseStopRule(
      overrides,
      { strategy, samples, scored: rounds > 0, advice: input.advice },
      settings,
      reasons,
    ),
    timeoutMs: overrides.timeoutMs ?? limits.timeoutMs,
    temperature,
    topP: overrides.topP ?? 1,
    model: overrides.model ?? "",
    reasons,
  };
}

/** A budget decides how much `adaptive` thinks. */
function advised(limits: StrategyLimits, advice: SampleAdvice | undefined): StrategyLimits {
  if (advice === undefined) return limits;
  const window = Math.min(limits.window, advice.window);
  return { ...limits, samples: advice.samples, window, reasons: [...limits.reasons, advice.reason] };
}

/** The search that is advised, as a client would ask for it. */
function searchOf(advice: SampleAdvice | undefined): Pick<PlanOverrides, "method" | "samples" | "drafts"> | undefined {
  if (advice?.method === undefined) return undefined;
  const { method, samples, drafts = 0 } = advice;
  return { method, samples, drafts };
}

function chooseRounds(
  limits: StrategyLimits,
  overrides: PlanOverrides,
  verifiers: readonly VerifierName[],
  reasons: string[],
): number {
  const needed = overrides.method !== undefined && isSearch(overrides.method, overrides) ? 1 : 0;
  const wanted = overrides.verificationRounds ?? Math.max(limits.rounds, needed);
  if (overrides.verificationRounds !== undefined) reasons.push(`${wanted} verification rounds, as the client asked`);
  if (wanted > 0 && verifiers.length === 0) {
    reasons.push("no verifier can be asked: votes count alike");
    return 0;
  }
  const meaning = ["steps scored as they appear", "answers checked", "fresh samples while the leader is doubtful"];
  if (wanted > 0) reasons.push(`verification: ${meaning.slice(0, wanted).join(", ")}`);
  return wanted;
}

function chooseMethod(limits: StrategyLimits, overrides: PlanOverrides, rounds: number, reasons: string[]): Method {
  const { method } = overrides;
  if (method !== undefined) {
    reasons.push(`method ${method}, as the client asked`);
    return method;
  }
  if ((overrides.samples ?? limits.samples) === 1) return "single";
  if (rounds > 0) {
    reasons.push("a verifier scores steps: best-of-n, its votes weighted by score");
    return "best-of-n";
  }
  return "self-consistency";
}

function chooseSamples(limits: StrategyLimits, overrides: PlanOverrides, method: Method, reasons: string[]): number {
  if (method === "single") {
    if (overrides.samples !== undefined && overrides.samples !== 1) {
      const description = `method single takes 1 sample, got ${overrides.samples}`;
      throw new ReckonError("invalid-argument", `options.samples: ${description}`, {
        violations: [{ field: "options.samples", description }],
      });
    }
    return 1;
  }
  if (overrides.samples === undefined && overrides.temperature === 0) {
    reasons.push("one sample: at temperature 0 all of them are alike");
    return 1;
  }
  if (overrides.samples === undefined) return limits.samples;
  reasons.push(`at most ${overrides.samples} samples, as the client asked`);
  return overrides.samples;
}

function chooseSteps(limits: StrategyLimits, overrides: PlanOverrides, reasons: string[]) {
  const asked = overrides.minSteps !== undefined || overrides.maxSteps !== undefined;
  const minSteps = overrides.minSteps ?? Math.min(limits.minSteps, overrides.maxSteps ?? limits.minSteps);
  const maxSteps = overrides.maxSteps ?? Math.max(limits.maxSteps, minSteps);
  if (minSteps > maxSteps) {
    const description = `must be at most max_steps, ${maxSteps}, got ${minSteps}`;
    throw new ReckonError("invalid-argument", `options.min_steps: ${description}`, {
      violations: [{ field: "options.min_steps", description }],
    });
  }
  reasons.push(`${minSteps} to ${maxSteps} steps a sample${asked ? ", as the client asked" : ""}`);
  return { minSteps, maxSteps };
}

function chooseTemperature(overrides: PlanOverrides, samples: number, reasons: string[]): number {
  if (overrides.temperature !== undefined) {
    reasons.push(`temperature ${overrides.temperature}, as the client asked`);
    return overrides.temperature;
  }
  if (samples === 1) {
    reasons.push("temperature 0: one sample has nothing to gain from variety");
    return 0;
  }
  return 1;
}

function chooseSelection(method: Method, overrides: PlanOverrides, rounds: number, reasons: string[]): Selection {
  // Whatever a verifier steered is weighed by it too.
  if (method !== "best-of-n") return isSearch(method) && rounds > 0 ? "weighted-vote" : "majority";
  if (overrides.selection !== undefined) {
    reasons.push(`selection ${overrides.selection}, as the client asked`);
    return overrides.selection;
  }
  return rounds > 0 ? "weighted-vote" : "majority";
}

/** Where nobody scores: the leader stays the leader with the authors' own probability (arXiv 2305.11860). */
const betaRule: StopRule = { name: "beta", threshold: 0.95, minVotes: 2 };
/** `comprehensive` asks for more certainty than was configured, never for less. */
const SURE_THRESHOLD = 0.95;
/**
 * A sample that adds less than this to P(the answer is right) is not worth its tokens. By replay of 1,500 validation problems,
 * 0.02 spends a tenth more for 0.1 points, 0.05 a seventh less for 0.3 points less (docs/benchmarks.md, Strategies).
 */
const MIN_GAIN = 0.03;

function chooseStopRule(
  overrides: PlanOverrides,
  plan: Pick<Plan, "strategy" | "samples"> & Pick<MakePlanInput, "advice"> & { readonly scored: boolean },
  settings: PlanningSettings,
  reasons: string[],
): StopRule {
  const early = overrides.earlyStopping ?? settings.earlyStopping;
  if (!early) reasons.push("early stopping is off: every planned sample ends");
  if (!early || plan.samples === 1) return { name: "none", threshold: 1, minVotes: 1 };
  const asked = overrides.confidenceThreshold;
  if (overrides.stopRule !== undefined) {
    const rule = { ...overrides.stopRule, ...(asked !== undefined && { threshold: asked }) };
    reasons.push(`stops by the rule ${writeStopRule(rule)}, as the client asked`);
    return rule;
  }
  const givesUp = plan.strategy === "adaptive";
  const advised = plan.advice?.stopRule;
  if (givesUp && advised !== undefined && asked === undefined) {
    reasons.push(`stops by the rule ${writeStopRule(advised)}: the price that the budget of all implies`);
    return advised;
  }
  if (asked === undefined && !plan.scored) {
    const rule = givesUp ? defaultStop.rule : betaRule;
    reasons.push(`stops by the rule ${writeStopRule(rule)}: no verifier scores the answers`);
    return rule;
  }
  const configured = settings.confidenceThreshold;
  const usual = plan.strategy === "comprehensive" ? Math.max(configured, SURE_THRESHOLD) : configured;
  const threshold = asked ?? usual;
  reasons.push(`stops at a confidence of ${threshold}${asked === undefined ? "" : ", as the client asked"}`);
  if (!givesUp) return { name: "confidence", threshold, minVotes: 1 };
  reasons.push(`gives up once another sample would add less than ${MIN_GAIN} to the confidence`);
  return { name: "confidence", threshold, minVotes: 1, minGain: MIN_GAIN };
}
