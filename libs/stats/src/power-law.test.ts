import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimise } from "./minimise.ts";
import { fitPowerLaw, powerLawCoverage } from "./power-law.ts";

describe("the power law of coverage", () => {
  it("is numpy's line through ln(-ln coverage)", () => {
    // numpy 2, polyfit of degree 1.
    const coverage = [0.3, 0.42, 0.55, 0.66, 0.75];
    const law = fitPowerLaw(coverage.map((value, i) => ({ k: 2 ** i, coverage: value })));
    expect(law?.a).toBeCloseTo(-1.2223959762268204, 12);
    expect(law?.b).toBeCloseTo(-0.5192473761892261, 12);
  });

  it("finds a law again that made the points, and needs two of them", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (a, b) => {
          const law = { a: -a, b: -b };
          const fit = fitPowerLaw([1, 2, 4, 8].map((k) => ({ k, coverage: powerLawCoverage(law, k) })));
          expect(fit?.a).toBeCloseTo(law.a, 8);
          expect(fit?.b).toBeCloseTo(law.b, 8);
        },
      ),
    );
    expect(fitPowerLaw([{ k: 1, coverage: 0.5 }])).toBeUndefined();
    expect(
      fitPowerLaw([
        { k: 1, coverage: 0 },
        { k: 2, coverage: 1 },
      ]),
    ).toBeUndefined();
  });
});

describe("minimise", () => {
  it("finds the bottom of Rosenbrock's valley", () => {
    const [x = 0, y = 0] = minimise(([a = 0, b = 0]) => 100 * (b - a * a) ** 2 + (1 - a) ** 2, [-1.2, 1]);
    expect(x).toBeCloseTo(1, 5);
    expect(y).toBeCloseTo(1, 5);
  });
});
