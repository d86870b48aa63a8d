import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ranksOf, spearman } from "./spearman.ts";

describe("spearman", () => {
  it("agrees with scipy.stats.spearmanr, ties included", () => {
    const a = [1, 2, 2, 3, 5, 4, 0.5, 7, 7, 7];
    const b = [0.1, 0.4, 0.3, 0.3, 0.9, 0.9, 0, 0.8, 0.6, 1];
    expect(spearman(a, b)).toBeCloseTo(0.8328532615141301, 14);
    const c = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
    const d = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4];
    expect(spearman(c, d)).toBeCloseTo(0.1384567651467695, 14);
  });

  it("is unknown where there is nothing to rank, and refuses lists of different lengths", () => {
    expect(spearman([], [])).toBeUndefined();
    expect(spearman([1, 2], [3, 3])).toBeUndefined();
    expect(() => spearman([1], [])).toThrow("1 and 0");
  });

  it("sees order alone: rising maps change nothing, falling ones turn the sign", () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 2,
    });
    fc.assert(
      fc.property(pairs, (drawn) => {
        const [a, b] = [drawn.map(([x]) => x), drawn.map(([, y]) => y)];
        const plain = spearman(a, b);
        if (plain === undefined) return;
        expect(
          spearman(
            a.map((x) => x ** 3 + 1),
            b,
          ),
        ).toBeCloseTo(plain, 12);
        expect(
          spearman(
            a,
            b.map((y) => -y),
          ),
        ).toBeCloseTo(-plain, 12);
        expect(Math.abs(plain)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("ranks ties by the mean of their ranks", () => {
    expect(ranksOf([5, 1, 5, 3])).toEqual([3.5, 1, 3.5, 2]);
  });
});
