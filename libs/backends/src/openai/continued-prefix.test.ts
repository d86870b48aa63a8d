import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLeadTrim, sentPrefix } from "./continued-prefix.ts";

const trimming = { prefixTrailingSpace: false };

describe("a prefix for an endpoint whose template trims", () => {
  it("is sent without the white space at its end, and says whether a stop text would end it at once", () => {
    expect(sentPrefix("2x = 4\n", ["\n"], trimming)).toEqual({ text: "2x = 4", cut: "\n", isBreakExpected: true });
    expect(sentPrefix("2x = 4\n", ["END"], trimming)).toEqual({ text: "2x = 4", cut: "\n", isBreakExpected: false });
    expect(sentPrefix("2x =", ["\n"], trimming)).toEqual({ text: "2x =", cut: "", isBreakExpected: false });
    expect(sentPrefix("\n", ["\n"], trimming)).toMatchObject({ text: "", cut: "\n" });
  });

  it("is sent as it is where the template leaves it alone", () => {
    const kept = sentPrefix("2x = 4\n", ["\n"], { prefixTrailingSpace: true });
    expect(kept).toEqual({ text: "2x = 4\n", cut: "", isBreakExpected: false });
  });
});

describe("what comes back", () => {
  it.each([
    ["\n", "\nx = 2", "x = 2"],
    ["\n", "\n\n  x = 2\n", "  x = 2\n"],
    ["\n", " so x = 2", "so x = 2"],
    ["\n", "x = 2", "x = 2"],
    ["\n", "\n", ""],
    [" ", " 4", "4"],
    [" ", "4", "4"],
    [" ", "\nx = 2", "\nx = 2"],
    ["", "\nx = 2", "\nx = 2"],
  ])("after %j cut off, %j goes on as %j", (cut, said, text) => {
    expect(createLeadTrim(cut)(said)).toBe(text);
  });

  it("is the same in whatever pieces it comes", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", " ", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(letters, fc.constantFrom("", " ", "\n", " \n"), (said, cut) => {
        const trim = createLeadTrim(cut);
        const pieces = [...said].map((piece) => trim(piece)).join("");
        expect(pieces).toBe(createLeadTrim(cut)(said));
      }),
    );
  });
});
