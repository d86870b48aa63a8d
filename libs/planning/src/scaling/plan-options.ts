import type { Difficulty, Method } from "@reckon/core";
import type { BetaShape } from "@reckon/stats";
import { searchWindow } from "../search-plan.ts";
import { type Budget, type BudgetUnit, spentOf } from "./budget.ts";
import { type Cost, costOf, type ServingCosts } from "./cost-model.ts";
import { bandOf, type CurveBand, curvePredictorOf, type ModelCurves, sampleCostsOf } from "./model-curves.ts";
import type { CurvePrediction } from "./scaling-curve.ts";
import { believedLogOdds, predictSearch, type SearchPoint, searchOption } from "./search-point.ts";
import type { Measure } from "./vote-accuracy.ts";

/** One way to spend on a problem, what it costs and what it is expected to bring. */
export interface PlanOption {
  readonly model: string;
  readonly method: Method;
  readonly samples: number;
  readonly window: number;
  readonly cost: Cost;
  /** Expected P(the answer is right). */
  readonly accuracy: number;
}

/** A model that could be asked. */
export interface PlanCandidate {
  readonly model: string;
  readonly curves: ModelCurves;
  readonly serving?: ServingCosts;
}

/** A problem, as far as spending on it goes. */
export interface PlannedProblem {
  readonly difficulty: Pick<Difficulty, "score" | "priorAlpha" | "priorBeta" | "historyCount" | "overridden">;
  readonly promptBytes: number;
}

/** What options are made of. */
export interface PlanOptionsInput {
  /** Numbers of samples to weigh. Default: 1 to 64. */
  readonly sizes?: readonly number[];
  /** K, at most. Default 8. */
  readonly window?: number;
}

/** About a fifth more each time: between neighbours accuracy hardly differs. */
export const defaultSizes: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64];

const measures: Partial<Record<Method, Measure>> = {
  single: "majority",
  "self-consistency": "majority",
  "best-of-n": "weighted-vote",
};

/**
 * The Beta of P(one sample is right) that a problem's curve starts from: its own prior where outcomes or the client speak for it; where the text alone
 * does, that of its band, which was fitted to this very model.
 */
export function shapeOf({ difficulty }: PlannedProblem, band: CurveBand): BetaShape {
  const { priorAlpha, priorBeta, historyCount, overridden } = difficulty;
  return overridden || historyCount > 0 ? { alpha: priorAlpha, beta: priorBeta } : band.curve.model.shape;
}

/**
 * Every (method, N, model) for a problem: its own prior on P(one sample is right), its band's curve for how votes fall and what they cost, and the
 * searches that were measured, at the sizes that they were measured at.
 */
export function planOptions(
  problem: PlannedProblem,
  candidates: readonly PlanCandidate[],
  { sizes = defaultSizes, window = 8 }: PlanOptionsInput = {},
): PlanOption[] {
  return candidates.flatMap(({ model, curves, serving = {} }) => {
    const band = bandOf(curves, problem.difficulty.score);
    const sample = sampleCostsOf(curves, band, problem.promptBytes);
    const predictor = curvePredictorOf(band.curve);
    const shape = shapeOf(problem, band);
    const votes = sizes.flatMap((samples) =>
      methodsFor(samples, curves.verified).map((method): PlanOption => {
        const work = { samples, window: Math.min(window, samples), verified: method === "best-of-n" };
        return {
          ...{ model, method, samples, window: work.window },
          cost: costOf(work, sample, serving),
          accuracy: predictor.valueAt(measures[method] ?? "majority", samples, shape),
        };
      }),
    );
    const searches = usefulSearches(curves).flatMap((point): PlanOption[] => {
      const { method, samples } = point;
      const option = searchOption(point, curves, band, serving, shape);
      return option === undefined ? [] : [{ model, method, samples, window: searchWindow(method, samples), ...option }];
    });
    return [...votes, ...searches];
  });
}

/** Searches that add to a vote, as far as is known: the others take longer for nothing. */
function usefulSearches({ verified, searches }: ModelCurves): readonly SearchPoint[] {
  return verified ? (searches?.points ?? []).filter((point) => believedLogOdds(point) > 0) : [];
}

function methodsFor(samples: number, verified: boolean): readonly Method[] {
  if (samples === 1) return ["single"];
  return verified ? ["self-consistency", "best-of-n"] : ["self-consistency"];
}

/** The accuracy of an option with its interval, and whether it was extrapolated. */
export function predictOption(
  option: PlanOption,
  problem: PlannedProblem,
  candidates: readonly PlanCandidate[],
): CurvePrediction | undefined {
  const curves = candidates.find(({ model }) => model === option.model)?.curves;
  if (curves === undefined) return undefined;
  const band = bandOf(curves, problem.difficulty.score);
  const shape = shapeOf(problem, band);
  // The band's own Beta moves with the refits by itself.
  const given = shape === band.curve.model.shape ? undefined : shape;
  const search = curves.searches?.points.find(
    ({ method, samples }) => method === option.method && samples === option.samples,
  );
  if (search !== undefined) return predictSearch(search, curves, band, given);
  return curvePredictorOf(band.curve).predict(measures[option.method] ?? "majority", option.samples, given);
}

/** What to look for; several limits hold together. */
export interface PlanWish {
  readonly budgets?: readonly Budget[];
  /** Expected P(right) to reach, in (0, 1). */
  readonly targetAccuracy?: number;
  /** What is counted as cost. Default: the unit of the first budget, else all tokens. */
  readonly unit?: BudgetUnit;
}

/**
 * The best option: with a target the cheapest that reaches it within the budgets, else (and where none reaches it) the most accurate within
 * them, the cheaper one of equals. `undefined` where none can be paid.
 */
export function choosePlan(options: readonly PlanOption[], wish: PlanWish): PlanOption | undefined {
  const { budgets = [], targetAccuracy } = wish;
  const unit = wish.unit ?? budgets[0]?.unit ?? "total-tokens";
  const price = (option: PlanOption) => spentOf(option.cost, unit) ?? Number.POSITIVE_INFINITY;
  const payable = options.filter(({ cost }) =>
    budgets.every(({ unit: of, amount }) => (spentOf(cost, of) ?? Number.POSITIVE_INFINITY) <= amount),
  );
  const least = (among: readonly PlanOption[], before: (a: PlanOption, b: PlanOption) => number) =>
    [...among].sort(before)[0];
  const reaching = payable.filter(({ accuracy }) => targetAccuracy !== undefined && accuracy >= targetAccuracy);
  if (reaching.length > 0) return least(reaching, (a, b) => price(a) - price(b) || b.accuracy - a.accuracy);
  return least(payable, (a, b) => b.accuracy - a.accuracy || price(a) - price(b));
}

/** The options that no other one beats in both accuracy and cost in a unit, cheapest first. */
export function paretoFront(options: readonly PlanOption[], unit: BudgetUnit): PlanOption[] {
  const priced = options.flatMap((option) => {
    const price = spentOf(option.cost, unit);
    return price === undefined ? [] : [{ option, price }];
  });
  priced.sort((a, b) => a.price - b.price || b.option.accuracy - a.option.accuracy);
  const front: PlanOption[] = [];
  for (const { option } of priced) {
    if (option.accuracy > (front.at(-1)?.accuracy ?? 0) + 1e-12) front.push(option);
  }
  return front;
}
