import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, bestWithin, evenSplit } from "./allocate.ts";
import { concaveHull } from "./concave-hull.ts";

const steps = fc.array(
  fc.record({
    more: fc.double({ min: 0.1, max: 10, noNaN: true }),
    gain: fc.double({ min: 0, max: 0.3, noNaN: true }),
  }),
  { minLength: 1, maxLength: 6 },
);
/** Rising costs, gains as they come. */
const curve = steps.map((list) => {
  let cost = 0;
  return list.map(({ more, gain }, i) => {
    cost += more;
    return { cost, gain: Math.min(1, gain * (i + 1)) };
  });
});
const curves = fc.array(curve, { minLength: 1, maxLength: 5 });

describe("concaveHull", () => {
  it("jumps over a second vote that decides nothing", () => {
    const points = [
      { cost: 1, gain: 0.6 },
      { cost: 2, gain: 0.6 },
      { cost: 3, gain: 0.7 },
      { cost: 4, gain: 0.72 },
    ];
    expect(concaveHull(points).map(({ cost }) => cost)).toEqual([1, 3, 4]);
  });

  it("has falling marginal gains, lies above every point, and is made of them", () => {
    fc.assert(
      fc.property(curve, (points) => {
        const hull = concaveHull(points);
        const slopes = hull.map((p, i) => (p.gain - (hull[i - 1]?.gain ?? 0)) / (p.cost - (hull[i - 1]?.cost ?? 0)));
        slopes.slice(1).forEach((slope, i) => {
          expect(slope).toBeLessThan((slopes[i] as number) + 1e-12);
        });
        for (const point of points) {
          const after = hull.findIndex(({ cost }) => cost >= point.cost);
          const from = after === -1 ? hull.at(-1) : hull[after - 1];
          const slope = after === -1 ? 0 : (slopes[after] as number);
          const height = (from?.gain ?? 0) + slope * (point.cost - (from?.cost ?? 0));
          expect(point.gain).toBeLessThanOrEqual(height + 1e-9);
        }
        expect(hull.every((point) => points.includes(point))).toBe(true);
      }),
    );
  });
});

describe("allocate", () => {
  it("gives the next sample to whom it helps most", () => {
    const sure = [
      { cost: 1, gain: 0.95 },
      { cost: 2, gain: 0.96 },
    ];
    const split = [
      { cost: 1, gain: 0.5 },
      { cost: 2, gain: 0.6 },
      { cost: 3, gain: 0.65 },
    ];
    expect(allocate([sure, split], 4).chosen.map((point) => point?.cost)).toEqual([1, 3]);
    expect(evenSplit([sure, split], 4).chosen.map((point) => point?.cost)).toEqual([2, 2]);
  });

  it("stops where it is enough, and gives nothing where nothing can be paid", () => {
    const points = [
      { cost: 1, gain: 0.5 },
      { cost: 2, gain: 0.8 },
    ];
    expect(allocate([points, points], 10, 1)).toMatchObject({ cost: 2, gain: 1 });
    expect(allocate([points], 0.5)).toEqual({ chosen: [undefined], cost: 0, gain: 0 });
    expect(bestWithin(points, 1.5)?.gain).toBe(0.5);
  });

  it("never spends more than the budget, and never less well by more than one step than any other choice", () => {
    fc.assert(
      fc.property(curves, fc.double({ min: 0, max: 40, noNaN: true }), (all, budget) => {
        const { cost, gain, chosen } = allocate(all, budget);
        expect(cost).toBeLessThanOrEqual(budget + 1e-9);
        expect(gain).toBeCloseTo(
          chosen.reduce((sum, point) => sum + (point?.gain ?? 0), 0),
          10,
        );
        const largestStep = Math.max(0, ...all.flat().map((point) => point.gain));
        expect(gain).toBeGreaterThanOrEqual(bestChoice(all, budget) - largestStep - 1e-9);
        expect(evenSplit(all, budget).cost).toBeLessThanOrEqual(budget + 1e-9);
      }),
    );
  });
});

type Points = readonly { readonly cost: number; readonly gain: number }[];

/** By trying everything. */
function bestChoice([first, ...rest]: readonly Points[], budget: number): number {
  if (first === undefined) return 0;
  const without = bestChoice(rest, budget);
  return Math.max(
    without,
    ...first.filter(({ cost }) => cost <= budget).map(({ cost, gain }) => gain + bestChoice(rest, budget - cost)),
  );
}
