import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { ReckonError } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { type Border, convertStrictly, createBorder } from "./border.ts";

const violationsOf = (check: (border: Border) => unknown) => {
  const border = createBorder();
  check(border);
  try {
    border.assertValid();
    return [];
  } catch (error) {
    return (error as ReckonError).violations.map(({ field, description }) => `${field}: ${description}`);
  }
};
const duration = (seconds: number, nanos = 0) => create(DurationSchema, { seconds: BigInt(seconds), nanos });

describe("a border", () => {
  it.each([
    [1, []],
    [256, []],
    [0, ["n: 0 is less than the limit of 1"]],
    [1e9, ["n: 1000000000 is more than the limit of 256"]],
    [Number.NaN, ["n: is not a number; 1 to 256 is allowed"]],
    [Number.POSITIVE_INFINITY, ["n: Infinity is more than the limit of 256"]],
    [Number.NEGATIVE_INFINITY, ["n: -Infinity is less than the limit of 1"]],
  ])("checks the number %d", (value, expected) => {
    expect(violationsOf((border) => border.number("n", value, { min: 1, max: 256 }))).toEqual(expected);
  });

  it("reads no more of a list than its limit, and keeps no more complaints than anybody hears", () => {
    const range = { min: 1, max: 2 };
    expect(createBorder().list("l", ["a", "b"], range)).toEqual(["a", "b"]);
    expect(createBorder().list("l", ["a", "b", "c"], range)).toEqual([]);
    expect(violationsOf((border) => border.list("l", ["a", "b", "c"], range, "items"))).toEqual([
      "l: 3 items is more than the limit of 2 items",
    ]);
    const rejectMany = (border: Border) => {
      for (let index = 0; index < 10_000; index += 1) border.reject(`l[${index}]`, "is wrong");
    };
    expect(violationsOf(rejectMany)).toHaveLength(64);
  });

  it("knows ranges that are open below", () => {
    const check = (value: number) => violationsOf((border) => border.numberAbove("p", value, { min: 0, max: 1 }));
    expect(check(1)).toEqual([]);
    expect(check(0)).toEqual(["p: 0 is not above the limit of 0"]);
    expect(check(-1)).toEqual(["p: -1 is less than the limit of 0"]);
  });

  it("checks 64-bit numbers without rounding them", () => {
    const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
    expect(violationsOf((border) => border.integer("seed", 9_007_199_254_740_991n, range))).toEqual([]);
    expect(violationsOf((border) => border.integer("seed", 9_007_199_254_740_992n, range))).toEqual([
      "seed: 9007199254740992 is more than the limit of 9007199254740991",
    ]);
  });

  it.each([
    ["ü".repeat(5), []],
    ["ü".repeat(6), ["t: 12 bytes are more than the limit of 10 bytes"]],
    ["", ["t: 0 bytes are less than the limit of 1"]],
    ["a\0b", ["t: holds a NUL character at position 1; 0 are allowed"]],
    ["a\ud800b", ["t: holds a lone surrogate, which is no Unicode text"]],
  ])("checks the text %j", (value, expected) => {
    expect(violationsOf((border) => border.text("t", value, 10, 1))).toEqual(expected);
  });

  it.each([
    [duration(30), []],
    [duration(600), []],
    [duration(0), ["d: 0 ms is not above the limit of 0 ms"]],
    [duration(-5), ["d: -5000 ms is not above the limit of 0 ms"]],
    [duration(0, 500_000), ["d: 0.5 ms is less than the limit of 1 ms"]],
    [duration(601), ["d: 601000 ms is more than the limit of 600000 ms"]],
    [duration(315_576_000_000), ["d: 315576000000000 ms is more than the limit of 600000 ms"]],
  ])("checks a duration (%#)", (value, expected) => {
    expect(violationsOf((border) => border.durationMs("d", value, { min: 1, max: 600_000 }))).toEqual(expected);
  });

  it("collects everything that is wrong into one error", () => {
    const convert = () =>
      convertStrictly((border) => {
        border.number("a", 0, { min: 1, max: 2 });
        border.text("b", "\0", 10);
        return "never";
      });
    expect(convert).toThrow(ReckonError);
    expect(violationsOf((border) => [border.reject("a", "x"), border.reject("b", "y")])).toEqual(["a: x", "b: y"]);
  });
});
