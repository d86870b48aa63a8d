import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BinomialRow, fitBelief, independentBelief, linearMoments, updateBelief } from "./bayesian-logistic.ts";
import { logisticNormalMoments } from "./logistic-normal.ts";

const prior = independentBelief([0.5, 0], [4, 2.25]);
const rows: readonly BinomialRow[] = [
  { features: [1, -1.2], successes: 1, trials: 8 },
  { features: [1, 0.3], successes: 2.5, trials: 5 },
  { features: [1, 0.8], successes: 6, trials: 8 },
  { features: [1, 2.1], successes: 7, trials: 7 },
  { features: [1, -0.4], successes: 0, trials: 1.5 },
];
const closeTo = (actual: readonly number[], expected: readonly number[], digits: number) => {
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, digits);
};

describe("fitBelief", () => {
  it("finds the mode and the curvature that numpy finds by Newton's method with explicit inverses", () => {
    const { mean, covariance } = fitBelief(prior, rows);
    closeTo(mean, [-0.2285572857692005, 1.5616379099867836], 10);
    closeTo(covariance, [0.24504539134604966, -0.07215497565452153, -0.07215497565452153, 0.2680542738875564], 10);
  });

  it("does not mind the order of rows", () => {
    closeTo(fitBelief(prior, rows.toReversed()).mean, fitBelief(prior, rows).mean, 10);
  });
});

describe("updateBelief", () => {
  it("is Laplace's approximation for one row", () => {
    for (const row of rows) {
      const [one, all] = [updateBelief(prior, row), fitBelief(prior, [row])];
      closeTo(one.mean, all.mean, 8);
      closeTo(one.covariance, all.covariance, 8);
    }
  });

  it("comes close to the fit on all rows, one by one", () => {
    const one = rows.reduce(updateBelief, prior);
    closeTo(one.mean, fitBelief(prior, rows).mean, 0);
  });

  it("moves towards what happened, and is never less sure for it", () => {
    const value = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        value,
        value,
        fc.integer({ min: 1, max: 64 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (x, y, n, share) => {
          const features = [x, y];
          const before = linearMoments(prior, features);
          const after = linearMoments(updateBelief(prior, { features, trials: n, successes: n * share }), features);
          expect(after.variance).toBeLessThanOrEqual(before.variance + 1e-12);
          const expected = 1 / (1 + Math.exp(-before.mean));
          expect((after.mean - before.mean) * (share - expected)).toBeGreaterThanOrEqual(-1e-9);
        },
      ),
    );
  });
});

describe("logisticNormalMoments", () => {
  it("agrees with mpmath.quad at 30 digits", () => {
    const expected: [number, number, number, number][] = [
      [0.5, 1, 0.6020271328167502, 0.0406040305775683],
      [-2, 4, 0.2247997546033364, 0.06186494763194794],
      [3, 0.25, 0.9473300460188893, 0.0006660610744128969],
      [1, 25, 0.5747013682267799, 0.1706005684866521],
    ];
    for (const [m, v, mean, variance] of expected) {
      expect(logisticNormalMoments(m, v).mean).toBeCloseTo(mean, 11);
      expect(logisticNormalMoments(m, v).variance).toBeCloseTo(variance, 11);
    }
    expect(logisticNormalMoments(0, 0)).toEqual({ mean: 0.5, variance: 0 });
  });
});
