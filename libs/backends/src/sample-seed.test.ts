import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleSeed } from "./sample-seed.ts";

describe("sampleSeed", () => {
  it("is the call's own for sample 0, and a whole number of at most 31 bits for the others", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 65_535 }), (seed, sample) => {
        expect(sampleSeed(seed, 0)).toBe(seed);
        const mixed = sampleSeed(seed, sample);
        expect(Number.isInteger(mixed) && mixed >= 0 && mixed < 2 ** 31).toBe(true);
        expect(sampleSeed(seed, sample)).toBe(mixed);
      }),
    );
  });

  it("differs between neighbouring seeds and samples", () => {
    const seeds = new Set<number>();
    for (let seed = 0; seed < 40; seed += 1) for (let i = 1; i <= 40; i += 1) seeds.add(sampleSeed(seed, i));
    expect(seeds.size).toBe(1600);
  });
});
