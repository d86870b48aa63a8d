import { regularisedBeta } from "@reckon/stats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bayesFactorOf, leaderIsMode } from "./leader-is-mode.ts";

const mass = fc.double({ min: 0.2, max: 40, noNaN: true });

describe("leaderIsMode", () => {
  it("has the values of mpmath, a quadrature of the density times distribution functions with 30 digits", () => {
    for (const [leader, others, value] of [
      [4, [0.3], 0.988866526788944],
      [3, [1, 0.3], 0.858012512622288],
      [5, [3, 2, 0.3], 0.717157191031008],
      [1, [1, 1, 0.3], 0.312947288160187],
      [20, [15, 3, 1, 0.3], 0.804224750666208],
      [2, [2, 2, 2, 0.3], 0.247551636521249],
    ] as const) {
      expect(Math.abs(leaderIsMode(leader, others) - value)).toBeLessThan(1e-10);
    }
  });

  it("is 1 - I_0.5 of two answers, and sums to 1 over who is the mode", () => {
    fc.assert(
      fc.property(mass, mass, mass, (a, b, c) => {
        expect(leaderIsMode(a, [b])).toBeCloseTo(1 - regularisedBeta(0.5, a, b), 12);
        const sum = leaderIsMode(a, [b, c]) + leaderIsMode(b, [a, c]) + leaderIsMode(c, [a, b]);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-10);
      }),
    );
  });

  it("rises with votes for the leader and falls with votes for others", () => {
    fc.assert(
      fc.property(mass, mass, mass, (a, b, c) => {
        const p = leaderIsMode(a, [b, c]);
        expect(leaderIsMode(a + 1, [b, c])).toBeGreaterThanOrEqual(p - 1e-12);
        expect(leaderIsMode(a, [b + 1, c])).toBeLessThanOrEqual(p + 1e-12);
      }),
    );
  });

  it("makes a Bayes factor of its odds", () => {
    expect(bayesFactorOf(0.75, 3)).toBeCloseTo(9, 12);
    expect(bayesFactorOf(1, 3)).toBe(Number.POSITIVE_INFINITY);
  });
});
