import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStopCutter } from "./stop-cutter.ts";

const cut = (pieces: readonly string[], stops: readonly string[]) => {
  const cutter = createStopCutter(stops);
  return pieces.map((piece) => cutter.push(piece)).join("") + cutter.end();
};

describe("a stop cutter", () => {
  it("passes everything at once where there is nothing to stop at", () => {
    expect(createStopCutter([]).push("all of it")).toBe("all of it");
  });

  it("cuts before the first stop text, however the text comes in pieces", () => {
    const text = fc.stringMatching(/^[ab]{0,12}$/);
    const stops = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(text), stops, (pieces, stopTexts) => {
        const whole = pieces.join("");
        const places = stopTexts.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
        expect(cut(pieces, stopTexts)).toBe(whole.slice(0, Math.min(whole.length, ...places)));
      }),
    );
  });

  it("holds back no more than what may be the beginning of a stop text", () => {
    const cutter = createStopCutter(["END"]);
    expect(cutter.push("one two")).toBe("one two");
    expect(cutter.push(" E")).toBe(" ");
    expect(cutter.end()).toBe("E");
  });

  it("cuts before the stop text that begins first, also where a shorter one is complete before it", () => {
    expect(cut(["ab", "a"], ["b", "aba", "aa"])).toBe("");
    expect(cut(["ab", "c"], ["b", "aba"])).toBe("a");
  });
});
