/** One observation: `y` at `x`, counting `weight` times (default 1, > 0). */
export interface IsotonicPoint {
  readonly x: number;
  readonly y: number;
  readonly weight?: number;
}

/** A non-decreasing function: level between the two ends of a block, straight between blocks, level beyond the outer ones. */
export interface IsotonicModel {
  /** Rising; not empty. */
  readonly x: readonly number[];
  /** Value at each of them; never falls. */
  readonly y: readonly number[];
}

interface Block {
  readonly from: number;
  to: number;
  sum: number;
  weight: number;
}

/**
 * Fits the non-decreasing function nearest to the points by weighted least squares, by pooling adjacent violators (Ayer et
 * al., Annals of Mathematical Statistics 26, 1955); points of equal `x` are one point first. O(n log n), the order of the
 * points has no effect. For outcomes of 0 and 1 this is also the maximum likelihood. Throws `RangeError` where there are no
 * points, or where a weight is not above 0.
 */
export function fitIsotonic(points: readonly IsotonicPoint[]): IsotonicModel {
  if (points.length === 0) throw new RangeError("an isotonic regression needs at least 1 point, got 0");
  const blocks: Block[] = [];
  for (const { x, y, weight = 1 } of [...points].sort((a, b) => a.x - b.x)) {
    if (!(weight > 0)) throw new RangeError(`a weight must be above 0, got ${weight}`);
    const last = blocks.at(-1);
    if (last?.from === x) {
      last.sum += y * weight;
      last.weight += weight;
    } else {
      blocks.push({ from: x, to: x, sum: y * weight, weight });
    }
  }
  const pooled: Block[] = [];
  for (const block of blocks) {
    pooled.push({ ...block });
    for (;;) {
      const [before, last] = pooled.slice(-2);
      if (before === undefined || last === undefined) break;
      if (before.sum / before.weight < last.sum / last.weight) break;
      pooled.splice(-2, 2, {
        ...{ from: before.from, to: last.to },
        ...{ sum: before.sum + last.sum, weight: before.weight + last.weight },
      });
    }
  }
  const knots = pooled.flatMap(({ from, to, sum, weight }) => {
    const level = sum / weight;
    return from === to ? [[from, level] as const] : [[from, level] as const, [to, level] as const];
  });
  return { x: knots.map(([x]) => x), y: knots.map(([, y]) => y) };
}

/** The value of the fitted function at `x`. */
export function predictIsotonic({ x: knots, y: levels }: IsotonicModel, x: number): number {
  let low = 0;
  let high = knots.length - 1;
  if (x <= (knots[0] as number)) return levels[0] as number;
  if (x >= (knots[high] as number)) return levels[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((knots[middle] as number) <= x) low = middle;
    else high = middle;
  }
  const [x0, x1] = [knots[low] as number, knots[high] as number];
  const [y0, y1] = [levels[low] as number, levels[high] as number];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
