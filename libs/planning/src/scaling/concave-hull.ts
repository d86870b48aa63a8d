/** What can be had for a cost. */
export interface GainPoint {
  /** >= 0. */
  readonly cost: number;
  /** Expected P(right). */
  readonly gain: number;
}

/**
 * The least concave curve above points, from (0, 0): each point on it has more gain at more cost, and each step up costs more for the same than
 * the one before. Marginal gains along it fall, which makes spending greedily optimal (Damani et al., arXiv 2410.04707, section 3.2; here for curves that
 * are not concave: a second vote alone decides nothing). Costs must be > 0; ties go to the cheaper point.
 */
export function concaveHull<P extends GainPoint>(points: readonly P[]): P[] {
  const sorted = points
    .filter(({ cost, gain }) => cost > 0 && gain > 0)
    .sort((a, b) => a.cost - b.cost || b.gain - a.gain);
  const hull: P[] = [];
  const slopeTo = (point: P, from: P | undefined) =>
    (point.gain - (from?.gain ?? 0)) / (point.cost - (from?.cost ?? 0));
  for (const point of sorted) {
    if (point.gain <= (hull.at(-1)?.gain ?? 0) || point.cost === hull.at(-1)?.cost) continue;
    while (hull.length > 0 && slopeTo(hull.at(-1) as P, hull.at(-2)) <= slopeTo(point, hull.at(-1))) hull.pop();
    hull.push(point);
  }
  return hull;
}
