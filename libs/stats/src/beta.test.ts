import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betaQuantile, regularisedBeta } from "./beta.ts";
import { logGamma } from "./log-gamma.ts";

// x, a, b, I_x(a, b): by mpmath 1.x at 50 digits (power series with symmetry).
const REFERENCES = [
  [0.5, 4, 1, 0.0625],
  [0.5, 9, 3, 0.03271484375],
  [0.5, 1.5, 2.25, 0.6683803440695945],
  [0.01, 0.5, 0.5, 0.06376856085851985],
  [0.99, 30, 2, 0.9616104854047646],
  [0.3, 200, 450, 0.3387573783257831],
  [0.5, 41, 1, 4.547473508864641e-13],
  [0.5, 500.5, 480.25, 0.25884413617294955],
  [0.9, 0.1, 7, 0.999999998031793],
  [0.000001, 3, 5, 3.4999895000126e-17],
  [0.5, 10000, 9900, 0.2391940309888414],
  [0.25, 12.5, 30, 0.273660275367602],
] as const;

// x, ln gamma(x): by mpmath at 50 digits.
const LOG_GAMMAS = [
  [0.001, 6.907178885383853],
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [1.5, -0.12078223763524522],
  [3.7, 1.4280723266653879],
  [10, 12.80182748008147],
  [100.25, 360.28455963776423],
  [10000, 82099.71749644238],
] as const;

const shape = fc.double({ min: 0.05, max: 500, noNaN: true });
const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe("logGamma", () => {
  it("agrees with reference values to 1e-13", () => {
    for (const [x, value] of LOG_GAMMAS) expect(Math.abs(logGamma(x) / value - 1)).toBeLessThan(1e-13);
    expect(Math.abs(logGamma(1))).toBeLessThan(1e-14);
    expect(Math.abs(logGamma(2))).toBeLessThan(1e-14);
  });

  it("refuses what it is not defined for", () => {
    expect(() => logGamma(0)).toThrow("x > 0");
    expect(() => logGamma(Number.NaN)).toThrow(RangeError);
  });
});

describe("regularisedBeta", () => {
  it("agrees with reference values to 1e-12", () => {
    for (const [x, a, b, value] of REFERENCES) {
      expect(Math.abs(regularisedBeta(x, a, b) - value), `I_${x}(${a}, ${b})`).toBeLessThan(1e-12);
      expect(Math.abs(regularisedBeta(x, a, b) / value - 1), `I_${x}(${a}, ${b})`).toBeLessThan(2e-11);
    }
  });

  it("is symmetric: I_x(a, b) = 1 - I_(1-x)(b, a)", () => {
    fc.assert(
      fc.property(unit, shape, shape, (x, a, b) => {
        // 1 - x is exact only where x has few bits.
        const place = Math.round(x * 1024) / 1024;
        expect(regularisedBeta(place, a, b)).toBeCloseTo(1 - regularisedBeta(1 - place, b, a), 12);
      }),
    );
  });

  it("rises with x, from 0 to 1", () => {
    fc.assert(
      fc.property(unit, unit, shape, shape, (x, y, a, b) => {
        const [low, high] = x < y ? [x, y] : [y, x];
        expect(regularisedBeta(low, a, b)).toBeLessThanOrEqual(regularisedBeta(high, a, b) + 1e-12);
      }),
    );
    expect([regularisedBeta(0, 2, 3), regularisedBeta(1, 2, 3)]).toEqual([0, 1]);
  });

  it("refuses arguments outside its domain", () => {
    expect(() => regularisedBeta(1.1, 1, 1)).toThrow("[0, 1]");
    expect(() => regularisedBeta(0.5, 0, 1)).toThrow("> 0");
  });
});

describe("betaQuantile", () => {
  it("inverts the distribution", () => {
    fc.assert(
      fc.property(
        unit,
        fc.double({ min: 1, max: 50, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (p, a, b) => {
          expect(regularisedBeta(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 9);
        },
      ),
      { numRuns: 50 },
    );
  });
});
