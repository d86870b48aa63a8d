import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digamma, trigamma } from "./digamma.ts";

// mpmath 1.3, 30 digits: digamma(x), psi(1, x).
const reference = [
  [0.001, -1000.5755719318103, 1000001.6425331959],
  [0.3, -3.502524222200133, 12.24536454610773],
  [1, -0.5772156649015329, 1.6449340668482264],
  [2.5, 0.7031566406452432, 0.49035775610023485],
  [11.9, 2.4339335368825377, 0.08766320119000419],
  [100.25, 4.602671243274712, 0.010024978698123367],
  [1e6, 13.815510057964191, 1.0000005000001667e-6],
] as const;

describe("digamma and trigamma", () => {
  it.each(reference)("agree with mpmath at %d", (x, first, second) => {
    expect(Math.abs(digamma(x) / first - 1)).toBeLessThan(1e-13);
    expect(Math.abs(trigamma(x) / second - 1)).toBeLessThan(1e-13);
  });

  it("keep to their recurrences", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e3, noNaN: true }), (x) => {
        expect(Math.abs(digamma(x + 1) - digamma(x) - 1 / x)).toBeLessThan(1e-12 * (1 + 1 / x));
        expect(Math.abs(trigamma(x) - trigamma(x + 1) - 1 / (x * x))).toBeLessThan(1e-12 * (1 + 1 / (x * x)));
      }),
    );
  });

  it("refuse what is not above 0", () => {
    expect(() => digamma(0)).toThrow(RangeError);
    expect(() => trigamma(Number.NaN)).toThrow(RangeError);
  });
});
