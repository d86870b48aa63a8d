import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { regularisedGamma } from "./gamma.ts";

describe("regularisedGamma", () => {
  it("has the values of mpmath, gammainc(a, 0, x, regularized=True) with 30 digits", () => {
    for (const [a, x, value] of [
      [0.3, 0.01, 0.279240996359015],
      [0.3, 1, 0.915674156241109],
      [1, 1, 0.632120558828558],
      [5, 2, 0.0526530173437112],
      [40, 45, 0.791618179967407],
      [40, 30, 0.046253037645842],
      [300, 320, 0.874750090862013],
    ] as const) {
      expect(Math.abs(regularisedGamma(a, x) - value)).toBeLessThan(1e-12);
    }
  });

  it("is a distribution function: 0 at 0, rising, at most 1", () => {
    const positive = fc.double({ min: 0.01, max: 200, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (a, x, more) => {
        expect(regularisedGamma(a, 0)).toBe(0);
        expect(regularisedGamma(a, x + more)).toBeGreaterThanOrEqual(regularisedGamma(a, x) - 1e-12);
        expect(regularisedGamma(a, x)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("refuses what has no value", () => {
    expect(() => regularisedGamma(0, 1)).toThrow(RangeError);
    expect(() => regularisedGamma(1, -1)).toThrow(RangeError);
  });
});
