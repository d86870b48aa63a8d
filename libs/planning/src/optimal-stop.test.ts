import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOptimalStop } from "./optimal-stop.ts";

const base = { prior: { alpha: 0.7, beta: 0.5 }, model: { diversity: 3 }, price: 0.005, horizon: 24 };
const stop = createOptimalStop(base);

describe("createOptimalStop", () => {
  it("goes on after one vote, and ends with enough that agree", () => {
    expect(stop.goesOn([1])).toBe(true);
    const agreeing = Array.from({ length: 8 }, (_, votes) => stop.goesOn([votes + 1]));
    expect(agreeing.at(-1)).toBe(false);
    // Once enough agree, more do not bring doubt.
    expect(agreeing.lastIndexOf(true)).toBe(agreeing.indexOf(false) - 1);
  });

  it("gives up on answers that stay split, and never goes past its horizon", () => {
    const hopeless = createOptimalStop({ ...base, prior: { alpha: 0.2, beta: 1.8 }, price: 0.02 });
    expect(hopeless.goesOn([1, 1, 1, 1, 1, 1, 1, 1])).toBe(false);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }), (list) => {
        const counts = list.sort((a, b) => b - a);
        const total = counts.reduce((sum, count) => sum + count, 0);
        if (total >= 24) expect(stop.goesOn(counts)).toBe(false);
      }),
    );
  });

  it("spends less the dearer a sample is", () => {
    const dear = createOptimalStop({ ...base, price: 0.05 });
    const vectors = [[1], [2], [1, 1], [2, 1], [3, 1], [2, 2], [3, 2, 1], [4, 2]];
    for (const counts of vectors) if (dear.goesOn(counts)) expect(stop.goesOn(counts)).toBe(true);
    expect(vectors.filter((counts) => dear.goesOn(counts)).length).toBeLessThan(
      vectors.filter((counts) => stop.goesOn(counts)).length,
    );
  });

  it("is as good as waiting where waiting is free, for two votes worked out by hand", () => {
    // One vote left, free: it can only help, so that every vector below the horizon goes on.
    const free = createOptimalStop({ ...base, price: 1e-12, horizon: 3 });
    expect(free.goesOn([1, 1])).toBe(true);
    // A third vote cannot overturn two that agree, whatever it says.
    expect(free.goesOn([2])).toBe(false);
  });
});
