import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitIsotonic, predictIsotonic } from "./isotonic.ts";

const points = fc.array(
  fc.record({
    x: fc.integer({ min: 0, max: 20 }).map((x) => x / 4),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
    weight: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 40 },
);

describe("fitIsotonic", () => {
  it("agrees with scipy.optimize.isotonic_regression 1.x on weighted points", () => {
    const y = [1, 3, 2, 5, 4, 4.5, 7, 6, 6.5, 3, 8, 9];
    const weights = [1, 2, 1, 1, 3, 1, 1, 2, 1, 1, 1, 2];
    const expected = [1, 8 / 3, 8 / 3, 4.25, 4.25, 4.5, 5.7, 5.7, 5.7, 5.7, 8, 9];
    const model = fitIsotonic(y.map((value, i) => ({ x: i / 2, y: value, weight: weights[i] as number })));
    for (const [i, value] of expected.entries()) expect(predictIsotonic(model, i / 2)).toBeCloseTo(value, 12);
  });

  it("never falls, keeps the weighted mean, and has the order of the points no effect", () => {
    fc.assert(
      fc.property(points, (list) => {
        const model = fitIsotonic(list);
        for (let i = 1; i < model.y.length; i += 1) {
          expect(model.y[i]).toBeGreaterThanOrEqual(model.y[i - 1] as number);
          expect(model.x[i]).toBeGreaterThan(model.x[i - 1] as number);
        }
        const sum = (of: (point: (typeof list)[number]) => number) => list.reduce((s, p) => s + of(p) * p.weight, 0);
        expect(sum((p) => predictIsotonic(model, p.x))).toBeCloseTo(
          sum((p) => p.y),
          9,
        );
        const turned = fitIsotonic([...list].reverse());
        for (const { x } of list) expect(predictIsotonic(turned, x)).toBeCloseTo(predictIsotonic(model, x), 9);
      }),
    );
  });

  it("is no worse than any non-decreasing step function", () => {
    fc.assert(
      fc.property(
        points,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 21, maxLength: 21 }),
        (list, any) => {
          const model = fitIsotonic(list);
          const rival = [...any].sort((a, b) => a - b);
          const loss = (of: (x: number) => number) => list.reduce((s, p) => s + p.weight * (p.y - of(p.x)) ** 2, 0);
          expect(loss((x) => predictIsotonic(model, x))).toBeLessThanOrEqual(
            loss((x) => rival[x * 4] as number) + 1e-9,
          );
        },
      ),
    );
  });

  it("refuses what cannot be fitted", () => {
    expect(() => fitIsotonic([])).toThrow("at least 1 point");
    expect(() => fitIsotonic([{ x: 0, y: 0, weight: 0 }])).toThrow("above 0, got 0");
  });
});
