import { describe, expect, it } from "vitest";
import { createWarmth } from "./warmth.ts";

describe("warmth", () => {
  it("rises while most continuations are alike, up to a bound, and falls when they differ", () => {
    const warmth = createWarmth(true);
    warmth.observe(1, 4);
    expect(warmth.extra).toBeCloseTo(0.15, 12);
    for (let i = 0; i < 10; i += 1) warmth.observe(1, 4);
    expect(warmth.extra).toBeCloseTo(0.6, 12);
    warmth.observe(4, 4);
    expect(warmth.extra).toBeCloseTo(0.55, 12);
    expect(warmth.duplicates).toBe(33);
  });

  it("leaves a temperature alone that the client fixed, and says nothing of a single continuation", () => {
    const fixed = createWarmth(false);
    fixed.observe(1, 4);
    expect(fixed.extra).toBe(0);
    const warmth = createWarmth(true);
    warmth.observe(1, 1);
    expect(warmth.extra).toBe(0);
  });
});
