import type { DraftedSearch } from "@reckon/planning";
import { mean } from "@reckon/stats";

/** How one problem went by some way of thinking, on average over draws. */
export interface ProblemResult {
  readonly outputTokens: number;
  /** In [0, 1]. */
  readonly right: number;
}

/** A way of thinking on the same problems, in the same order: whole samples at a price, or a search after drafts. */
export interface WayResults {
  readonly way: { readonly tokenGain: number } | DraftedSearch;
  readonly results: readonly ProblemResult[];
}

/** A way with the price from which down it is worth most. */
export interface PricedResults extends WayResults {
  readonly tokenGain: number;
}

/** A price is at most this part of the one before. */
const BELOW = 0.99;

interface Point {
  readonly kiloTokens: number;
  readonly right: number;
}

const pointOf = ({ results }: WayResults): Point => ({
  kiloTokens: (mean(results.map(({ outputTokens }) => outputTokens)) ?? 0) / 1000,
  right: mean(results.map(({ right }) => right)) ?? 0,
});

const slope = (from: Point, to: Point) => (to.right - from.right) / (to.kiloTokens - from.kiloTokens);

/**
 * The ways worth taking, the dearest price first: whole samples at falling prices, until a search brings more for a thousand tokens than their price; then from
 * search to search, each the one that adds most for its tokens (the upper hull), its price being what it adds. `whole` by falling price.
 */
export function pricedWays(
  whole: readonly (WayResults & { readonly way: { readonly tokenGain: number } })[],
  searches: readonly WayResults[],
): PricedResults[] {
  const kept: PricedResults[] = [];
  for (const each of whole) {
    const best = steepest(pointOf(each), searches);
    kept.push({ ...each, tokenGain: each.way.tokenGain });
    if (best !== undefined && best.slope >= nextPrice(whole, each)) break;
  }
  for (;;) {
    const last = kept.at(-1);
    const best = last && steepest(pointOf(last), searches);
    if (last === undefined || best === undefined) return kept;
    // Three digits, as prices are said and rounded everywhere.
    const tokenGain = Number(Math.min(best.slope, last.tokenGain * BELOW).toPrecision(3));
    kept.push({ ...best.search, tokenGain });
  }
}

function nextPrice(
  whole: readonly { readonly way: { readonly tokenGain: number } }[],
  each: { readonly way: { readonly tokenGain: number } },
): number {
  return whole[whole.indexOf(each) + 1]?.way.tokenGain ?? 0;
}

/** The search that brings most for each further token; `undefined` where none brings more at all. */
function steepest(from: Point, searches: readonly WayResults[]) {
  const better = searches
    .map((search) => ({ search, to: pointOf(search) }))
    .filter(({ to }) => to.kiloTokens > from.kiloTokens && to.right > from.right)
    .map(({ search, to }) => ({ search, slope: slope(from, to) }));
  return better.sort((a, b) => b.slope - a.slope)[0];
}
