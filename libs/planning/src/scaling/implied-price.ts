import type { Difficulty } from "@reckon/core";
import type { Budget } from "./budget.ts";
import { bandOf, type ModelCurves, sampleCostsOf } from "./model-curves.ts";
import type { PlannedProblem } from "./plan-options.ts";
import { searchAtPrice } from "./priced-way.ts";

/** What the problems of a band came to, on average, where each went on as long as a vote was worth a price. */
export interface PricePoint {
  /** P(the answer is right) that a thousand output tokens have to add. */
  readonly tokenGain: number;
  readonly outputTokens: number;
  /** In [0, 1]. */
  readonly accuracy: number;
}

/** A price and what is expected of it, all problems together. */
export interface ImpliedPrice {
  readonly tokenGain: number;
  readonly outputTokens: number;
  /** How many answers are expected to be right. */
  readonly right: number;
}

/**
 * The price at which problems are expected to spend a budget of output tokens together. One price for all is what marginal gain comes to where votes
 * are seen as they come in: nobody's next sample is then worth more than another's (Damani et al., arXiv 2410.04707). Between the prices that
 * were learned it is interpolated, tokens along the logarithm; beyond them the nearest is taken. A search at a price is whole: the budget has to reach it.
 * `undefined` where none were learned.
 */
export function impliedPrice(
  problems: readonly { readonly difficulty: Pick<Difficulty, "score"> }[],
  curves: ModelCurves,
  outputTokens: number,
): ImpliedPrice | undefined {
  const bands = problems.map(({ difficulty }) => bandOf(curves, difficulty.score).prices ?? []);
  const steps = Math.min(...bands.map((prices) => prices.length));
  if (!(steps > 0 && Number.isFinite(steps))) return undefined;
  const totals = Array.from({ length: steps }, (_, step): ImpliedPrice => {
    const points = bands.map((prices) => prices[step] as PricePoint);
    return {
      tokenGain: points[0]?.tokenGain ?? 0,
      outputTokens: points.reduce((sum, point) => sum + point.outputTokens, 0),
      right: points.reduce((sum, point) => sum + point.accuracy, 0),
    };
  });
  const place = totals.findIndex((total) => total.outputTokens >= outputTokens);
  const above = totals[place === -1 ? steps - 1 : place] as ImpliedPrice;
  const below = totals[place - 1];
  if (below === undefined || above.outputTokens <= below.outputTokens || above.outputTokens === outputTokens)
    return above;
  if (place !== -1 && searchAtPrice(curves, above.tokenGain) !== undefined) return below;
  const part = Math.log(outputTokens / below.outputTokens) / Math.log(above.outputTokens / below.outputTokens);
  return {
    tokenGain: below.tokenGain * (above.tokenGain / below.tokenGain) ** part,
    outputTokens,
    right: below.right + part * (above.right - below.right),
  };
}

/**
 * The output tokens that a problem is expected to take at a price: those of its band, interpolated between the prices that were learned along their logarithms,
 * of the nearest beyond them; a search at a price takes what it takes. `undefined` where none were learned.
 */
export function tokensAtPrice(
  { difficulty }: { readonly difficulty: Pick<Difficulty, "score"> },
  curves: ModelCurves,
  tokenGain: number,
): number | undefined {
  const prices = bandOf(curves, difficulty.score).prices ?? [];
  const place = prices.findIndex((point) => point.tokenGain <= tokenGain);
  const below = prices[place === -1 ? prices.length - 1 : place];
  const above = prices[place - 1];
  if (below === undefined || above === undefined || below.tokenGain === tokenGain) return below?.outputTokens;
  if (searchAtPrice(curves, below.tokenGain) !== undefined) return above.outputTokens;
  const part = Math.log(above.tokenGain / tokenGain) / Math.log(above.tokenGain / below.tokenGain);
  return above.outputTokens + part * (below.outputTokens - above.outputTokens);
}

/** The output tokens that a budget in tokens leaves room for, prompts and what a verifier reads taken off; `undefined` in other units. */
export function outputTokensWithin(
  problems: readonly PlannedProblem[],
  curves: ModelCurves,
  { unit, amount }: Budget,
): number | undefined {
  if (unit === "output-tokens") return amount;
  if (unit !== "total-tokens") return undefined;
  const readers = curves.verified ? 2 : 1;
  const prompts = problems.reduce((sum, { difficulty, promptBytes }) => {
    return sum + sampleCostsOf(curves, bandOf(curves, difficulty.score), promptBytes).promptTokens;
  }, 0);
  return Math.max(0, amount / readers - prompts);
}
