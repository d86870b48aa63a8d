import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectiveSize, systematicCounts, tempered } from "./resample.ts";

const weights = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("effectiveSize", () => {
  it("is the number of equal weights, and near one where a single one counts", () => {
    expect(effectiveSize([2, 2, 2, 2])).toBeCloseTo(4, 12);
    // (1 + 0.5 + 0.25)^2 / (1 + 0.25 + 0.0625), by hand.
    expect(effectiveSize([1, 0.5, 0.25])).toBeCloseTo(3.0625 / 1.3125, 12);
    expect(effectiveSize([1, 1e-9])).toBeCloseTo(1, 6);
    expect(effectiveSize([0, 0])).toBe(0);
  });
});

describe("systematicCounts", () => {
  it("draws each weight the floor or the ceiling of its share, and as many in all as there are", () => {
    fc.assert(
      fc.property(weights, uniform, (all, u) => {
        const counts = systematicCounts(all, u);
        const sum = all.reduce((total, weight) => total + weight, 0);
        expect(counts.reduce((total, count) => total + count, 0)).toBe(all.length);
        for (const [i, weight] of all.entries()) {
          const share = (all.length * weight) / sum;
          expect(counts[i]).toBeGreaterThanOrEqual(Math.floor(share - 1e-9));
          expect(counts[i]).toBeLessThanOrEqual(Math.ceil(share + 1e-9));
        }
      }),
    );
  });

  it("draws by its weight in the mean", () => {
    const draws = Array.from({ length: 1000 }, (_, i) => systematicCounts([0.5, 0.3, 0.2], (i + 0.5) / 1000));
    const means = [0, 1, 2].map((i) => draws.reduce((sum, counts) => sum + (counts[i] ?? 0), 0) / 1000);
    expect(means).toEqual([1.5, 0.9, 0.6].map((mean) => expect.closeTo(mean, 2)));
  });

  it("keeps all where nothing has a weight", () => {
    expect(systematicCounts([0, 0, 0], 0.4)).toEqual([1, 1, 1]);
  });
});

describe("tempered", () => {
  it("keeps the order and reaches the effective size that is wanted", () => {
    fc.assert(
      fc.property(weights, (all) => {
        const least = all.length / 2;
        const now = tempered(all, least);
        expect(effectiveSize(now)).toBeGreaterThanOrEqual(least - 1e-3);
        for (const [i, a] of all.entries())
          for (const [j, b] of all.entries()) if (a > b) expect(now[i]).toBeGreaterThanOrEqual(now[j] as number);
      }),
    );
  });

  it("leaves weights alone that are even enough", () => {
    expect(tempered([1, 0.9, 0.8], 1.5)).toEqual([1, 0.9, 0.8]);
  });
});
