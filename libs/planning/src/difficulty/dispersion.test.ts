import { describe, expect, it } from "vitest";
import { correlationOf, dispersionAbout, effectiveVotes, STRENGTHS, updateDispersion } from "./dispersion.ts";

describe("dispersion", () => {
  it("weighs strengths by the beta-binomial likelihood of scipy.stats.betabinom", () => {
    const flat = STRENGTHS.map(() => 0);
    const updated = updateDispersion(flat, 0.3, { agreeing: 2, votes: 5, chance: 1 });
    const of = (strength: number) => updated[STRENGTHS.indexOf(strength as (typeof STRENGTHS)[number])] as number;
    // betabinom.logpmf(2, 5, 2.4, 5.6) - betabinom.logpmf(2, 5, 0.3, 0.7); then 0.6 of one order of 2 in 5, a tenth of
    // their pmf, and 0.4 of 0 in 5, strength 4 against 1.
    expect(of(8) - of(1)).toBeCloseTo(0.8370707309520835, 10);
    const mixed = updateDispersion(flat, 0.3, { agreeing: 2, votes: 5, chance: 0.6 });
    expect((mixed[STRENGTHS.indexOf(4)] as number) - (mixed[STRENGTHS.indexOf(1)] as number)).toBeCloseTo(
      -0.37784283154227816,
      10,
    );
  });

  it("finds out whether questions are alike or of two kinds", () => {
    const learn = (rights: readonly number[]) =>
      correlationOf(
        rights.reduce(
          (so, agreeing) => updateDispersion(so, 0.5, { agreeing, votes: 8, chance: 1 }),
          dispersionAbout(1),
        ),
      );
    const alternating = (a: number, b: number) => Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? a : b));
    expect(learn(alternating(8, 0))).toBeGreaterThan(0.7);
    expect(learn(alternating(4, 4))).toBeLessThan(0.1);
  });

  it("counts samples of one question for fewer, the more they hang together", () => {
    expect(effectiveVotes(16, 0)).toBe(16);
    expect(effectiveVotes(16, 1)).toBe(1);
    expect(effectiveVotes(1, 0.5)).toBe(1);
  });
});
