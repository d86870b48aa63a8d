import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearestName } from "./nearest-name.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["kitten", "sitting", 3],
    ["flaw", "lawn", 2],
    ["prot", "port", 1],
    ["ca", "abc", 3],
  ])("of %j and %j is %d", (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it("is symmetric, zero only for equals, and at most the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe("nearestName", () => {
  it("finds the nearest, whatever the case, the first of equals", () => {
    expect(nearestName("Max_Retires", ["max_batch", "max_retries"])).toBe("max_retries");
    expect(nearestName("b", ["a", "c"])).toBe("a");
    expect(nearestName("x", [])).toBeUndefined();
  });

  it("finds none beyond the limit", () => {
    expect(nearestName("sample", ["samples", "seed"], 2)).toBe("samples");
    expect(nearestName("sample", ["window", "seed"], 2)).toBeUndefined();
  });
});
