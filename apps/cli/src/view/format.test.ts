import { describe, expect, it } from "vitest";
import { bytes, duration, percent, plural, weight } from "./format.ts";

describe("format", () => {
  it.each([
    [0.5, "50 %"],
    [0.984, "98 %"],
    [0.996, "99.6 %"],
    [0.9999, "> 99.9 %"],
    [1, "100 %"],
    [0.001, "< 1 %"],
    [0, "0 %"],
    [Number.NaN, "?"],
  ])("shows the probability %d as %s", (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it.each([
    [12.4, "12 ms"],
    [1240, "1.24 s"],
    [12_340, "12.3 s"],
    [125_000, "2 min 5 s"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it("counts, weighs and measures", () => {
    expect(plural(1, "token")).toBe("1 token");
    expect(plural(12_345, "token")).toBe("12,345 tokens");
    expect(weight(2)).toBe("2");
    expect(weight(1.899)).toBe("1.9");
    expect(weight(0.00123)).toBe("0.001");
    expect(bytes(7_654_321)).toBe("7.3 MiB");
  });
});
