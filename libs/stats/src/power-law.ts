import { mean } from "./descriptive.ts";

/** coverage(k) = exp(a k^b), a <= 0, b < 0 where coverage rises. */
export interface PowerLaw {
  readonly a: number;
  readonly b: number;
}

/** Coverage at a number of samples. */
export interface CoveragePoint {
  /** >= 1. */
  readonly k: number;
  /** In [0, 1]. */
  readonly coverage: number;
}

/**
 * Fits the power law of coverage, exp(a k^b) (Large Language Monkeys, arXiv 2407.21787, section 3), as a straight line: ln(-ln coverage)
 * against ln k, by least squares. Points at 0 or 1 have no place on it and are left out. `undefined` under two points with different k.
 */
export function fitPowerLaw(points: readonly CoveragePoint[]): PowerLaw | undefined {
  const line = points
    .filter(({ coverage }) => coverage > 0 && coverage < 1)
    .map(({ k, coverage }) => ({ x: Math.log(k), y: Math.log(-Math.log(coverage)) }));
  const x = mean(line.map((point) => point.x));
  const y = mean(line.map((point) => point.y));
  if (x === undefined || y === undefined) return undefined;
  const spread = line.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (spread === 0) return undefined;
  const b = line.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  return { a: -Math.exp(y - b * x), b };
}

/** What a power law says of coverage at k samples, in [0, 1]. */
export function powerLawCoverage({ a, b }: PowerLaw, k: number): number {
  return Math.exp(a * k ** b);
}
