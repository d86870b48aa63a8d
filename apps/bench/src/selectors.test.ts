import { majAtK, passAtK } from "@reckon/stats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestAtK } from "./best-at-k.ts";
import { voteAtK } from "./vote-at-k.ts";

const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 4 }), correct: fc.boolean() }), {
  minLength: 2,
  maxLength: 8,
});

describe("bestAtK", () => {
  it("is one sample's accuracy at k = 1, whatever the scores", () => {
    fc.assert(
      fc.property(scored, (samples) => {
        const accuracy = samples.filter((s) => s.correct).length / samples.length;
        expect(bestAtK(samples, 1)).toBeCloseTo(accuracy, 12);
      }),
    );
  });

  it("takes the mean of the samples tied at the top at k = n", () => {
    const samples = [
      { score: 0.9, correct: true },
      { score: 0.9, correct: false },
      { score: 0.1, correct: true },
    ];
    expect(bestAtK(samples, 3)).toBeCloseTo(0.5, 12);
  });

  it("is pass@k for a selector that knows", () => {
    const samples = [true, false, false, true, false].map((correct) => ({ score: Number(correct), correct }));
    for (const k of [1, 2, 3, 4, 5]) expect(bestAtK(samples, k)).toBeCloseTo(passAtK(5, 2, k), 12);
  });
});

describe("voteAtK", () => {
  const votes = (clusters: readonly (number | undefined)[], right: number) =>
    clusters.map((cluster) => ({ cluster, weight: 1, correct: cluster === right }));

  it("is maj@k where all weights are equal", () => {
    const samples = votes([0, 0, 0, 1, 1, 2, undefined], 0);
    for (const k of [1, 2, 3, 5, 7]) {
      expect(voteAtK(samples, k)).toBeCloseTo(majAtK({ right: 3, wrong: [2, 1], blank: 1 }, k), 12);
    }
  });

  it("comes near the exact value by drawing subsets", () => {
    const samples = votes([0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, undefined], 0);
    const exact = majAtK({ right: 4, wrong: [3, 2, 1, 1], blank: 1 }, 6);
    expect(voteAtK(samples, 6, { most: 1, draws: 20_000 })).toBeCloseTo(exact, 1);
  });

  it("lets weights overrule numbers", () => {
    const samples = [
      { cluster: 0, weight: 0.9, correct: true },
      { cluster: 1, weight: 0.3, correct: false },
      { cluster: 1, weight: 0.3, correct: false },
    ];
    expect(voteAtK(samples, 3)).toBe(1);
  });

  it("counts a subset without any answer as wrong", () => {
    expect(voteAtK(votes([undefined, undefined], 0), 2)).toBe(0);
  });
});
