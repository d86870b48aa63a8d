import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellWidth, fitEnd, fitStart } from "./cell-width.ts";
import { stripControl } from "./strip-control.ts";

describe("cellWidth", () => {
  it.each([
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["👍", 2],
    ["│█", 2],
    ["", 0],
  ])("measures %j as %i cells", (text, cells) => {
    expect(cellWidth(text)).toBe(cells);
  });
});

describe("fitStart and fitEnd", () => {
  it("cut at the end and at the beginning", () => {
    expect(fitStart("12 + 7 = 19", 6)).toBe("12 + …");
    expect(fitEnd("12 + 7 = 19", 6)).toBe("… = 19");
    expect(fitStart("short", 5)).toBe("short");
    expect(fitEnd("short", 5)).toBe("short");
  });

  it("never take more cells than there are", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => stripControl(text));
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(cellWidth(fitStart(text, width))).toBeLessThanOrEqual(width);
        expect(cellWidth(fitEnd(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
