import type { LedgerCaps, Method, StopRule, TokenPrices } from "@reckon/core";
import { type Budget, budgetText, spentOf } from "./budget.ts";
import { bandOf, type ModelCurves } from "./model-curves.ts";
import { choosePlan, type PlannedProblem, type PlanOption, planOptions } from "./plan-options.ts";
import { thinkingAtPrice } from "./priced-way.ts";

/** N and K for a budget, and why. */
export interface SampleAdvice {
  readonly samples: number;
  readonly window: number;
  readonly reason: string;
  /** When to stop before that. Default: as the plan has it. */
  readonly stopRule?: StopRule;
  /** A search in place of whole samples, and how many of those come first. Default: none. */
  readonly method?: Method | undefined;
  readonly drafts?: number | undefined;
}

/** What an advice is made from. */
export interface SamplesWithinInput {
  readonly problem: PlannedProblem;
  readonly curves: ModelCurves;
  readonly caps: LedgerCaps;
  /** Whether a verifier scores steps. */
  readonly verified: boolean;
  readonly prices?: TokenPrices | undefined;
  /** K at most. Default 8. */
  readonly window?: number;
  /** N at most. Default 64. */
  readonly most?: number | undefined;
  /** Whether the model continues from a prefix, so that it can be searched with. Default false. */
  readonly searchable?: boolean | undefined;
}

/** More samples for less than half a point are not planned: nobody would notice, and everybody waits. */
const WORTH = 0.005;

/** The budgets that caps are; time is not among them, since nobody knows how fast another machine is. */
export function budgetsOf({ maxCalls, maxOutputTokens, maxTotalTokens, maxCostUsd }: LedgerCaps): Budget[] {
  const budget = (unit: Budget["unit"], amount: number | undefined) => (amount === undefined ? [] : [{ unit, amount }]);
  return [
    ...budget("output-tokens", maxOutputTokens),
    ...budget("total-tokens", maxTotalTokens),
    ...budget("usd", maxCostUsd),
    ...budget("calls", maxCalls),
  ];
}

/** The options of one method for a problem: what its samples cost a model, and what they bring. */
export function optionsWithin(input: Omit<SamplesWithinInput, "caps">): PlanOption[] {
  const { problem, curves, verified, prices, window = 8, most = 64 } = input;
  const candidates = [{ model: "", curves: { ...curves, verified }, serving: { prices } }];
  const method = verified ? "best-of-n" : "self-consistency";
  return planOptions(problem, candidates, { window }).filter(
    (option) => option.samples <= most && (option.samples === 1 || option.method === method),
  );
}

/**
 * The fewest samples within half a point of the best that a budget can pay, by the model's curves; at least one, whatever it costs. The window
 * is narrow enough for each sample in it to be a long one. `undefined` without a budget: nothing speaks against the usual N.
 */
export function samplesWithin(input: SamplesWithinInput): SampleAdvice | undefined {
  const budgets = budgetsOf(input.caps);
  const first = budgets[0];
  if (first === undefined) return undefined;
  const options = optionsWithin(input);
  const best = choosePlan(options, { budgets });
  const chosen =
    best && choosePlan(options, { budgets, targetAccuracy: Math.max(Number.MIN_VALUE, best.accuracy - WORTH) });
  const shown = budgets.map(budgetText).join(", ");
  if (chosen === undefined) {
    return { samples: 1, window: 1, reason: `one sample: the budget of ${shown} may not pay for more` };
  }
  const window = windowWithin(input, chosen.window);
  const spent = budgets.map(({ unit }) => budgetText({ unit, amount: spentOf(chosen.cost, unit) ?? 0 })).join(", ");
  return {
    samples: chosen.samples,
    window,
    reason: `up to ${chosen.samples} samples by the budget of ${shown}: about ${spent} for all of them, and ${chosen.accuracy.toFixed(2)} expected right`,
  };
}

/**
 * As many samples as are worth a price, for a problem that shares a budget with others: the votes decide where it goes (`impliedPrice`). The caps are limits
 * then, not what is to be spent.
 */
export function samplesAtPrice(input: SamplesWithinInput, tokenGain: number): SampleAdvice {
  const { method, drafts, samples: most, stopRule } = thinkingAtPrice(input.curves, tokenGain, input.searchable);
  const samples = Math.min(most, input.most ?? most);
  const reason =
    method === undefined
      ? `up to ${samples} samples, as long as each is worth what its tokens could bring another problem of the batch`
      : `a search where whole samples leave doubt: its tokens are worth more here than with another problem of the batch`;
  return {
    samples,
    window: windowWithin(input, Math.min(samples, input.window ?? 8)),
    reason,
    stopRule,
    method,
    drafts,
  };
}

/** K, narrow enough for each sample in it to be a long one. */
function windowWithin({ curves, problem, caps }: SamplesWithinInput, window: number): number {
  const { outputTokens, spread = 0 } = bandOf(curves, problem.difficulty.score);
  const room = (caps.maxOutputTokens ?? Number.POSITIVE_INFINITY) / (outputTokens * (1 + 2 * spread));
  return Math.max(1, Math.min(window, Math.floor(room)));
}
