import { ReckonError } from "@reckon/core";
import { allocate, evenSplit } from "./allocate.ts";
import { type Budget, type BudgetUnit, spentOf } from "./budget.ts";
import type { GainPoint } from "./concave-hull.ts";
import { type ImpliedPrice, impliedPrice, outputTokensWithin } from "./implied-price.ts";
import {
  type PlanCandidate,
  type PlannedProblem,
  type PlanOption,
  type PlanOptionsInput,
  planOptions,
  predictOption,
} from "./plan-options.ts";
import { type ThinkingAtPrice, thinkingAtPrice } from "./priced-way.ts";
import type { CurvePrediction } from "./scaling-curve.ts";

/** A problem with its name. */
export interface NamedProblem extends PlannedProblem {
  readonly id: string;
}

/** What is planned for one problem; without an option nothing: the budget is better spent elsewhere. */
export interface ProblemPlan {
  readonly problem: NamedProblem;
  readonly option: PlanOption | undefined;
  readonly expected: CurvePrediction | undefined;
}

/** So much for so much, all problems together. */
export interface PlanTotal {
  /** In the unit of the budget. */
  readonly spent: number;
  /** How many answers are expected to be right. */
  readonly right: number;
}

/** A plan for problems that share one budget. */
export interface ProblemsPlan {
  readonly unit: BudgetUnit;
  readonly problems: readonly ProblemPlan[];
  readonly total: PlanTotal & { readonly low: number; readonly high: number };
  /** The same share for every problem, each spending it as well as it can. */
  readonly even: PlanTotal;
  /**
   * Spent as the votes come in, at one price for all: what is expected of it, in output tokens. For several problems, one model whose prices were
   * learned, and budgets in tokens; else absent.
   */
  readonly byVotes?: PricedThinking | undefined;
  /** The best there is for less and for more, cheapest first. */
  readonly front: readonly PlanTotal[];
  /** A sentence for each thing that the figures do not bear. */
  readonly warnings: readonly string[];
}

/** A price for all problems, and what is asked for at it. */
export interface PricedThinking extends ImpliedPrice {
  readonly thinking: ThinkingAtPrice;
}

/** What problems may spend together, and when it is enough. */
export interface ProblemsWish {
  readonly budget: Budget;
  /** Mean expected P(right) at which spending ends, in (0, 1). */
  readonly targetAccuracy?: number | undefined;
}

interface Point extends GainPoint {
  readonly option: PlanOption;
}

const NEIGHBOURS = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8] as const;

/**
 * Spends one budget on problems by marginal gain and says what to expect of it. Seconds of several problems are those of a server that decodes all
 * of their tokens; of one problem, its latency. Throws `failed-precondition` where the unit has no measure: money without prices, seconds without a speed.
 */
export function planProblems(
  problems: readonly NamedProblem[],
  candidates: readonly PlanCandidate[],
  wish: ProblemsWish,
  input: PlanOptionsInput = {},
): ProblemsPlan {
  const { budget, targetAccuracy } = wish;
  const curves = problems.map((problem) => pointsOf(problem, problems.length, candidates, budget.unit, input));
  const enough = targetAccuracy === undefined ? undefined : targetAccuracy * problems.length;
  const best = allocate(curves, budget.amount, enough);
  const even = evenSplit(curves, budget.amount);
  const plans = problems.map((problem, i): ProblemPlan => {
    const option = best.chosen[i]?.option;
    return { problem, option, expected: option && predictOption(option, problem, candidates) };
  });
  const front = NEIGHBOURS.map((factor) => totalOf(allocate(curves, budget.amount * factor)));
  const warnings = new Set(plans.flatMap(({ expected }) => expected?.warning ?? []));
  if (enough !== undefined && best.gain < enough) {
    const reached = (best.gain / problems.length).toFixed(3);
    warnings.add(
      `an accuracy of ${targetAccuracy} is not to be reached: ${reached} is expected at most for this budget`,
    );
  }
  return {
    unit: budget.unit,
    problems: plans,
    total: { ...totalOf(best), ...intervalOf(plans) },
    even: totalOf(even),
    byVotes: byVotesOf(problems, candidates, budget),
    front: front.filter((one, i) => one.right > (front[i - 1]?.right ?? 0) + 1e-9),
    warnings: [...warnings],
  };
}

const totalOf = ({ cost, gain }: { readonly cost: number; readonly gain: number }): PlanTotal => ({
  spent: cost,
  right: gain,
});

function pointsOf(
  problem: NamedProblem,
  among: number,
  candidates: readonly PlanCandidate[],
  unit: BudgetUnit,
  input: PlanOptionsInput,
): Point[] {
  const points = planOptions(problem, candidates, input).flatMap((option): Point[] => {
    const serving = candidates.find(({ model }) => model === option.model)?.serving;
    const rate = serving?.totalTokensPerSecond ?? serving?.tokensPerSecond;
    const shared = unit === "seconds" && among > 1 && rate !== undefined ? option.cost.outputTokens / rate : undefined;
    const cost = shared ?? spentOf(option.cost, unit);
    return cost === undefined ? [] : [{ option, cost, gain: option.accuracy }];
  });
  for (const { model } of candidates) {
    // How long a search takes nobody knows; of a vote every cost is known, or the unit has no measure at all.
    if (points.some(({ option }) => option.model === model)) continue;
    const missing = unit === "usd" ? "no price" : "no measured speed";
    throw new ReckonError("failed-precondition", `a budget in ${unit} cannot be planned: ${model} has ${missing}`);
  }
  return points;
}

function byVotesOf(
  problems: readonly NamedProblem[],
  candidates: readonly PlanCandidate[],
  budget: Budget,
): PricedThinking | undefined {
  const [only, ...others] = candidates;
  if (problems.length < 2 || only === undefined || others.length > 0) return undefined;
  const outputTokens = outputTokensWithin(problems, only.curves, budget);
  const implied = outputTokens === undefined ? undefined : impliedPrice(problems, only.curves, outputTokens);
  return implied && { ...implied, thinking: thinkingAtPrice(only.curves, Number(implied.tokenGain.toPrecision(3))) };
}

/** 95 %: what the curves leave open, the same way for all problems at once, and the luck of each problem. */
function intervalOf(plans: readonly ProblemPlan[]): { readonly low: number; readonly high: number } {
  let [right, low, high, luck] = [0, 0, 0, 0];
  for (const { expected } of plans) {
    if (expected === undefined) continue;
    right += expected.value;
    low += expected.low;
    high += expected.high;
    luck += expected.value * (1 - expected.value);
  }
  const chance = 1.96 * Math.sqrt(luck);
  return {
    low: Math.max(0, right - Math.hypot(right - low, chance)),
    high: Math.min(plans.length, right + Math.hypot(high - right, chance)),
  };
}
