import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stripControl } from "./strip-control.ts";

describe("stripControl", () => {
  it("shows escape sequences instead of letting the terminal act on them", () => {
    expect(stripControl("\x1b[2Jgone\x07")).toBe("␛[2Jgone␇");
    expect(stripControl("\x1b]0;title\x1b\\")).toBe("␛]0;title␛\\");
    expect(stripControl("a\u009b31mb\u007f")).toBe("a\ufffd31mb␡");
  });

  it("leaves out what reorders or hides text", () => {
    expect(stripControl("2\u202e3\u2066+\u200b1\ufeff")).toBe("23+1");
  });

  it("keeps line breaks only where asked", () => {
    expect(stripControl("a\nb\tc")).toBe("a␊b c");
    expect(stripControl("a\nb\r", { keepBreaks: true })).toBe("a\nb␍");
  });

  it("leaves no control character and no lone surrogate in any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const safe = stripControl(text);
        expect(safe).not.toMatch(/\p{Cc}/u);
        expect(safe.isWellFormed()).toBe(true);
      }),
    );
  });

  it("leaves ordinary text as it is", () => {
    for (const text of ["x = 2 or x = 3", "17 × 23 = 391 ✓", "日本語", "👍"]) expect(stripControl(text)).toBe(text);
  });
});
