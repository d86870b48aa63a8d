import { type Budget, impliedPrice, outputTokensWithin, tokensAtPrice } from "@reckon/planning";
import type { Priced } from "./prospect.ts";

/** What a problem that begins now goes by. */
export interface Price {
  /** P(right) that a thousand output tokens have to add. */
  readonly tokenGain: number;
  /** Whether even the dearest price that was learned is expected to spend more than the budget. */
  readonly overspends: boolean;
  /** What a problem is expected to take at it, in the unit of the budget. */
  cost(place: number): number;
}

/** Prices for the problems of one batch. */
export interface BatchPrices {
  /** The price at which problems are expected to spend a budget together; `undefined` for units other than tokens. */
  at(places: Iterable<number>, budget: Budget): Price | undefined;
}

/** Prices where all problems may go by one: of one model, by votes that a verifier weighs; else `undefined`. */
export function createBatchPrices(problems: readonly (Priced | undefined)[]): BatchPrices | undefined {
  const known = problems.filter((one) => one !== undefined);
  const curves = known[0]?.curves;
  if (curves === undefined || known.length < problems.length) return undefined;
  if (known.some((one) => one.curves !== curves)) return undefined;
  return {
    at(places, budget) {
      const some = [...places].map((place) => (known[place] as Priced).planned);
      const outputTokens = outputTokensWithin(some, curves, budget);
      const implied = !outputTokens ? undefined : impliedPrice(some, curves, outputTokens);
      if (outputTokens === undefined || implied === undefined) return undefined;
      const tokenGain = Number(implied.tokenGain.toPrecision(3));
      // All tokens are prompts and what verifiers read too.
      const perOutputToken = budget.amount / outputTokens;
      const cost = (place: number) =>
        perOutputToken * (tokensAtPrice((known[place] as Priced).planned, curves, tokenGain) ?? 0);
      return { tokenGain, cost, overspends: implied.outputTokens > outputTokens };
    },
  };
}
