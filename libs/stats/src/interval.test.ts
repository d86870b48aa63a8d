import { describe, expect, it } from "vitest";
import { mean, quantile, variance } from "./descriptive.ts";
import { bootstrapInterval, wilsonInterval } from "./interval.ts";
import { createPrng } from "./prng.ts";

describe("wilsonInterval", () => {
  it("agrees with hand-computed values", () => {
    // Of 10 successes in 20: centre 0.5, half width 1.96 * sqrt(0.0125 + 0.0024) / 1.192, by mpmath.
    const { low, high } = wilsonInterval(10, 20);
    expect(low).toBeCloseTo(0.2992980081982124, 12);
    expect(high).toBeCloseTo(0.7007019918017876, 12);
    expect(wilsonInterval(0, 10).low).toBe(0);
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("bootstrapInterval", () => {
  it("is the same for the same seed and covers the mean about as often as it says", () => {
    const random = createPrng(11);
    const average = (items: readonly number[]) => mean(items) as number;
    let covered = 0;
    for (let run = 0; run < 60; run += 1) {
      const items = Array.from({ length: 60 }, () => random.next());
      const interval = bootstrapInterval(items, average, { resamples: 200, seed: run });
      expect(bootstrapInterval(items, average, { resamples: 200, seed: run })).toEqual(interval);
      if (interval.low <= 0.5 && interval.high >= 0.5) covered += 1;
    }
    expect(covered).toBeGreaterThan(50);
  });
});

describe("descriptive statistics", () => {
  it("are those of the textbook, and unknown where there is nothing", () => {
    expect([mean([1, 2, 6]), variance([1, 2, 6]), quantile([4, 1, 2, 3], 0.5)]).toEqual([3, 7, 2.5]);
    expect([mean([]), variance([1]), quantile([], 0.5)]).toEqual([undefined, undefined, undefined]);
  });
});

describe("createPrng", () => {
  it("repeats by seed, differs between seeds and fills the unit interval evenly", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createPrng(seed).next);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(2 ** 40 + 1)).not.toEqual(draw(1));
    const random = createPrng(5);
    const bins = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i += 1) {
      const bin = random.integer(10);
      bins[bin] = (bins[bin] as number) + 1;
    }
    for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect([...random.shuffle([1, 2, 3, 4])].sort()).toEqual([1, 2, 3, 4]);
  });
});
