import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auc } from "./auc.ts";
import { brierScore } from "./brier.ts";
import { calibrationError, reliabilityTable } from "./calibration-error.ts";
import { createPrng } from "./prng.ts";

const prediction = fc.record({ probability: fc.double({ min: 0, max: 1, noNaN: true }), correct: fc.boolean() });
const predictions = fc.array(prediction, { minLength: 1, maxLength: 60 });

describe("calibrationError", () => {
  it("is 0 where probabilities are right on average in every bin, and their distance where they are not", () => {
    const even = Array.from({ length: 100 }, (_, i) => ({ probability: 0.7, correct: i % 10 < 7 }));
    expect(calibrationError(even, { bins: 1 })).toBeCloseTo(0, 12);
    const sure = Array.from({ length: 10 }, (_, i) => ({ probability: 1, correct: i < 6 }));
    expect(calibrationError(sure, { binning: "width" })).toBeCloseTo(0.4, 12);
    expect(calibrationError([])).toBeUndefined();
  });

  it("puts every prediction in one bin, whichever way they are binned", () => {
    fc.assert(
      fc.property(
        predictions,
        fc.constantFrom("mass", "width"),
        fc.integer({ min: 1, max: 20 }),
        (list, binning, bins) => {
          const table = reliabilityTable(list, { bins, binning: binning as "mass" | "width" });
          expect(table.reduce((sum, bin) => sum + bin.count, 0)).toBe(list.length);
          const error = calibrationError(list, { bins, binning: binning as "mass" | "width" }) as number;
          expect(error).toBeGreaterThanOrEqual(0);
          expect(error).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("makes equal-mass bins equal to within one", () => {
    const random = createPrng(3);
    const list = Array.from({ length: 100 }, () => ({ probability: random.next(), correct: true }));
    const counts = reliabilityTable(list, { bins: 15 }).map((bin) => bin.count);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});

describe("brierScore", () => {
  it("is the mean squared distance", () => {
    const list = [
      { probability: 0.8, correct: true },
      { probability: 0.4, correct: false },
    ];
    expect(brierScore(list)).toBeCloseTo((0.04 + 0.16) / 2, 12);
  });
});

describe("auc", () => {
  it("is the share of pairs in the right order, ties half", () => {
    const item = fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), (items) => {
        const positives = items.filter((i) => i.positive);
        const negatives = items.filter((i) => !i.positive);
        if (positives.length === 0 || negatives.length === 0) {
          expect(auc(items)).toBeUndefined();
          return;
        }
        let pairs = 0;
        for (const p of positives)
          for (const n of negatives) pairs += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0;
        expect(auc(items)).toBeCloseTo(pairs / (positives.length * negatives.length), 12);
      }),
    );
  });
});
