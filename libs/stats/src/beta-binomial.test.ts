import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betaBinomialLogPmf, betaByMoments, betaPassAtK, fitBetaBinomial } from "./beta-binomial.ts";
import { createPrng } from "./prng.ts";

const shapes = fc.record({
  alpha: fc.double({ min: 0.05, max: 50, noNaN: true }),
  beta: fc.double({ min: 0.05, max: 50, noNaN: true }),
});

describe("the beta-binomial", () => {
  // mpmath 1.3, 30 digits: ln binomial(n, c) + ln B(a + c, b + n - c) - ln B(a, b).
  it.each([
    [0, 8, 0.3, 0.4, -1.1616872798037081],
    [8, 8, 0.3, 0.4, -1.6669255622384571],
    [3, 8, 2.5, 1.25, -2.3912037897477845],
    [17, 64, 0.05, 7, -7.523247845214138],
    [500, 1000, 30, 40, -5.727086787221069],
  ])(
    "has the log-probability of mpmath for %d of %d under Beta(%d, %d)",
    (successes, trials, alpha, beta, expected) => {
      expect(Math.abs(betaBinomialLogPmf({ successes, trials }, { alpha, beta }) - expected)).toBeLessThan(1e-10);
    },
  );

  it.each([
    [8, 0.3, 0.4, 0.6870423120360444],
    [8, 2.5, 1.25, 0.9844841072968471],
    [64, 0.05, 7, 0.11216389615867055],
  ])("has mpmath's pass@%d under Beta(%d, %d)", (k, alpha, beta, expected) => {
    expect(Math.abs(betaPassAtK({ alpha, beta }, k) - expected)).toBeLessThan(1e-12);
  });

  it("sums to 1 over all counts, and pass@k is one less the chance of none", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 40 }), (shape, trials) => {
        let sum = 0;
        for (let c = 0; c <= trials; c += 1) sum += Math.exp(betaBinomialLogPmf({ successes: c, trials }, shape));
        expect(Math.abs(sum - 1)).toBeLessThan(1e-10);
        const none = Math.exp(betaBinomialLogPmf({ successes: 0, trials }, shape));
        expect(Math.abs(betaPassAtK(shape, trials) - (1 - none))).toBeLessThan(1e-10);
      }),
    );
  });

  it("is fitted to the root of the likelihood's gradient that mpmath finds", () => {
    const cells = [
      [0, 8, 31],
      [1, 8, 9],
      [2, 8, 7],
      [3, 8, 6],
      [4, 8, 5],
      [5, 8, 8],
      [6, 8, 9],
      [7, 8, 14],
      [8, 8, 52],
      [3, 5, 4],
      [0, 3, 2],
    ] as const;
    const data = cells.flatMap(([successes, trials, count]) =>
      Array.from({ length: count }, () => ({ successes, trials })),
    );
    const fit = fitBetaBinomial(data);
    expect(fit?.alpha).toBeCloseTo(0.3141713783057577, 10);
    expect(fit?.beta).toBeCloseTo(0.22841019037142113, 10);
    expect(fit?.logLikelihood).toBeCloseTo(-273.5617364691338, 9);
  });

  it("stays finite where every trial went alike, and knows nothing of no trials", () => {
    for (const successes of [0, 8]) {
      const fit = fitBetaBinomial(Array.from({ length: 20 }, () => ({ successes, trials: 8 })));
      expect(fit?.alpha).toBeGreaterThan(0);
      expect(fit?.beta).toBeGreaterThan(0);
      expect(Math.abs((fit?.alpha ?? 0) / ((fit?.alpha ?? 0) + (fit?.beta ?? 0)) - successes / 8)).toBeLessThan(0.02);
    }
    expect(fitBetaBinomial([])).toBeUndefined();
    expect(betaByMoments([{ successes: 0, trials: 0 }])).toBeUndefined();
  });

  it("never fits worse than the moments it starts from, whatever the order", () => {
    const trials = fc
      .integer({ min: 1, max: 16 })
      .chain((n) => fc.record({ successes: fc.integer({ min: 0, max: n }), trials: fc.constant(n) }));
    fc.assert(
      fc.property(fc.array(trials, { minLength: 1, maxLength: 40 }), (data) => {
        const start = betaByMoments(data) as { alpha: number; beta: number };
        const fit = fitBetaBinomial(data);
        const before = data.reduce((sum, one) => sum + betaBinomialLogPmf(one, start), 0);
        expect(fit?.logLikelihood).toBeGreaterThanOrEqual(before - 1e-9);
        const shuffled = fitBetaBinomial(createPrng(7).shuffle(data));
        expect(Math.abs((shuffled?.logLikelihood ?? 0) - (fit?.logLikelihood ?? 0))).toBeLessThan(1e-7);
      }),
      { numRuns: 50 },
    );
  });
});
