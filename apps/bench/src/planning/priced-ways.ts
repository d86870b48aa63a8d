import type { DraftedSearch } from "@reckon/planning";
import { fitIsotonic, mean, predictIsotonic } from "@reckon/stats";

/** How one problem went by some way of thinking, on average over draws. */
export interface ProblemResult {
  readonly outputTokens: number;
  /** In [0, 1]. */
  readonly right: number;
}

/** A way of thinking on the same problems, in the same order: whole samples at a price, or a search after drafts. */
export interface WayResults<Way = WholeSamples | DraftedSearch> {
  readonly way: Way;
  readonly results: readonly ProblemResult[];
}

/** Whole samples, as long as each is worth a price. */
export interface WholeSamples {
  readonly tokenGain: number;
}

/** A way with the price from which down it is worth most, and what is expected of it. */
export interface PricedResults extends WayResults {
  readonly tokenGain: number;
  /** P(right) over all problems, in [0, 1]: of searches, by the monotone fit. */
  readonly right: number;
}

/** A price is at most this part of the one before. */
const BELOW = 0.99;
/** P(right) that is the same but for rounding. */
const SAME = 1e-9;
/** Where more tokens are not known to bring anything, each dearer search has this part of the price before it. */
const TIED = 0.5;

/** What problems went like on average. */
export const averageOf = (results: readonly ProblemResult[]): ProblemResult => ({
  outputTokens: mean(results.map(({ outputTokens }) => outputTokens)) ?? 0,
  right: mean(results.map(({ right }) => right)) ?? 0,
});

/**
 * The ways worth taking, the dearest price first: whole samples at falling prices, until a search brings more for a thousand tokens than their price; then from
 * search to search, each the one that adds most for its tokens (the upper hull), its price being what it adds. `whole` by falling price.
 *
 * Hundreds of problems cannot tell a percent from chance, and more tokens hardly harm: searches of one method are expected to reach what the isotonic fit of
 * accuracy to tokens says. Those between two that follow each other are taken to reach what a mixture of the two would, at about the price of the second; dearer
 * ones that are not told apart from the last follow at ever smaller prices: both for budgets that are there to be spent.
 */
export function pricedWays(
  whole: readonly WayResults<WholeSamples>[],
  searches: readonly WayResults<DraftedSearch>[],
): PricedResults[] {
  const fitted = monotone(searches);
  const kept: PricedResults[] = [];
  for (const [place, each] of whole.entries()) {
    const average = averageOf(each.results);
    kept.push({ ...each, tokenGain: each.way.tokenGain, right: average.right });
    const best = steepest(average, fitted);
    if (best !== undefined && best.slope >= (whole[place + 1]?.way.tokenGain ?? 0)) break;
  }
  let last = kept.at(-1);
  let at = last && averageOf(last.results);
  while (last !== undefined && at !== undefined) {
    const best = steepest(at, fitted);
    if (best === undefined) break;
    const price = best.slope > 0 ? Math.min(best.slope, last.tokenGain * BELOW) : last.tokenGain * TIED;
    const next = { ...best.search, tokenGain: rounded(price), right: best.to.right };
    if ("method" in last.way) kept.push(...mixed({ ...last, ...at }, { ...next, ...best.to }, fitted));
    last = next;
    at = best.to;
    kept.push(next);
  }
  return kept;
}

/** Three digits, as prices are said everywhere. */
const rounded = (price: number) => Number(price.toPrecision(3));

/** The searches between two by their tokens that do no worse than the first, each at what the line between the two says. */
function mixed(
  from: PricedResults & ProblemResult,
  to: PricedResults & ProblemResult,
  searches: readonly Fitted[],
): PricedResults[] {
  const slope = (to.right - from.right) / (to.outputTokens - from.outputTokens);
  return searches
    .filter((one) => one.to.outputTokens > from.outputTokens && one.to.outputTokens < to.outputTokens)
    .filter((one) => one.to.right >= from.right - SAME)
    .sort((a, b) => b.to.outputTokens - a.to.outputTokens)
    .map((one, place) => ({
      ...one.search,
      tokenGain: rounded(to.tokenGain / BELOW ** (place + 1)),
      right: from.right + slope * (one.to.outputTokens - from.outputTokens),
    }))
    .filter(({ tokenGain }) => tokenGain < from.tokenGain)
    .reverse();
}

interface Fitted {
  readonly search: WayResults;
  readonly to: ProblemResult;
}

/** Searches with what is expected of them: within a method never less for more tokens. */
function monotone(searches: readonly WayResults<DraftedSearch>[]): Fitted[] {
  return [...Map.groupBy(searches, ({ way }) => way.method).values()].flatMap((some) => {
    const averages = some.map((search) => ({ search, ...averageOf(search.results) }));
    const fit = fitIsotonic(averages.map(({ outputTokens: x, right: y }) => ({ x, y })));
    return averages.map(({ search, outputTokens }) => ({
      search,
      to: { outputTokens, right: predictIsotonic(fit, outputTokens) },
    }));
  });
}

/** The search that brings most for a thousand further tokens; of those that bring as much, the cheapest. `undefined` where all bring less. */
function steepest(from: ProblemResult, searches: readonly Fitted[]) {
  const better = searches
    .filter(({ to }) => to.outputTokens > from.outputTokens && to.right >= from.right - SAME)
    .map((each) => ({
      ...each,
      slope: ((each.to.right - from.right) * 1000) / (each.to.outputTokens - from.outputTokens),
    }));
  return better.sort((a, b) => b.slope - a.slope || a.to.outputTokens - b.to.outputTokens)[0];
}
