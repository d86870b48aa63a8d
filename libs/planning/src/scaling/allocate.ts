import { concaveHull, type GainPoint } from "./concave-hull.ts";

/** What each problem gets. */
export interface Allocation<P extends GainPoint> {
  /** By problem; `undefined`: nothing. */
  readonly chosen: readonly (P | undefined)[];
  readonly cost: number;
  /** Sum of expected P(right): how many are expected to be right. */
  readonly gain: number;
}

/**
 * Spends one budget on many problems by marginal gain: always the step with most gain for its cost, along the concave hull of each problem's curve,
 * as long as it can be paid (Damani et al., arXiv 2410.04707). Within one step of the best there is. A step that cannot be paid ends its problem's
 * climb, not that of the others. Never spends more than the budget; the order of problems has no effect but on ties. Ends where the
 * sum of gains reaches `enough` (default: never).
 */
export function allocate<P extends GainPoint>(
  curves: readonly (readonly P[])[],
  budget: number,
  enough = Number.POSITIVE_INFINITY,
): Allocation<P> {
  const hulls = curves.map((points) => concaveHull(points));
  const steps = hulls.flatMap((hull, problem) =>
    hull.map((point, place) => {
      const from = hull[place - 1];
      const cost = point.cost - (from?.cost ?? 0);
      return { problem, place, cost, slope: (point.gain - (from?.gain ?? 0)) / cost };
    }),
  );
  steps.sort((a, b) => b.slope - a.slope || a.place - b.place || a.problem - b.problem);
  const reached = hulls.map(() => -1);
  let left = budget;
  let gained = 0;
  for (const { problem, place, cost, slope } of steps) {
    if (gained >= enough) break;
    if (reached[problem] !== place - 1 || cost > left) continue;
    reached[problem] = place;
    left -= cost;
    gained += slope * cost;
  }
  return summary(hulls.map((hull, problem) => hull[reached[problem] as number]));
}

/** The same share of a budget for every problem: the best that each can have for it. */
export function evenSplit<P extends GainPoint>(curves: readonly (readonly P[])[], budget: number): Allocation<P> {
  const share = budget / Math.max(1, curves.length);
  return summary(curves.map((points) => bestWithin(points, share)));
}

/** The point with most gain that costs no more; the cheaper one of equals. */
export function bestWithin<P extends GainPoint>(points: readonly P[], budget: number): P | undefined {
  return points.reduce<P | undefined>((best, point) => {
    if (point.cost > budget) return best;
    if (best === undefined || point.gain > best.gain) return point;
    return point.gain === best.gain && point.cost < best.cost ? point : best;
  }, undefined);
}

function summary<P extends GainPoint>(chosen: readonly (P | undefined)[]): Allocation<P> {
  return {
    chosen,
    cost: chosen.reduce((sum, point) => sum + (point?.cost ?? 0), 0),
    gain: chosen.reduce((sum, point) => sum + (point?.gain ?? 0), 0),
  };
}
