import { ReckonError } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { formatCalibration, parseCalibration, profileWith } from "./calibration-file.ts";
import { profileOf } from "./model-profile.ts";

const calibrator = { of: "verifier", intercept: 0.25, weights: { raw: 0.5, support: 1 }, outcomes: 60 } as const;
const file = { version: 3, models: { "reckon-embedded-1": { calibrators: [calibrator] } } } as const;
const parse = (content: unknown) => parseCalibration(JSON.stringify(content), "cal.json");
const refusal = (content: unknown) => {
  try {
    parse(content);
  } catch (error) {
    return (error as ReckonError).message;
  }
  return expect.unreachable();
};

describe("parseCalibration", () => {
  it("reads what formatCalibration writes", () => {
    expect(parseCalibration(formatCalibration(file), "cal.json")).toEqual(file);
  });

  it("refuses an unknown version by name", () => {
    expect(refusal({ ...file, version: 9 })).toBe("calibration cal.json is of version 9; this Reckon reads version 3");
    expect(refusal({ models: {} })).toContain("has no version");
    expect(() => parseCalibration("{", "cal.json")).toThrow(/cal.json is no JSON/);
    expect(() => parse({ ...file, version: 9 })).toThrow(ReckonError);
  });

  it("says where something does not fit", () => {
    const withOne = (change: object) => ({
      version: 3,
      models: { m: { calibrators: [{ ...calibrator, ...change }] } },
    });
    expect(refusal(withOne({ outcomes: 12 }))).toContain("fewer than 50 outcomes are not enough");
    expect(refusal(withOne({ weights: { hope: 1 } }))).toContain("models.m.calibrators.0.weights");
    expect(refusal(withOne({ of: "calibrated" }))).toContain("models.m.calibrators.0.of");
    expect(refusal(withOne({ isotonic: { x: [0, 1], y: [0.5, 0.25] } }))).toContain("y must not fall");
    expect(refusal(withOne({ isotonic: { x: [1, 1], y: [0.5, 0.75] } }))).toContain("x must rise");
  });
});

describe("profileWith", () => {
  it("puts the file's calibrators in place of those that ship, kind by kind", () => {
    const { calibrators } = profileWith(parse(file), "reckon-embedded-1");
    expect(calibrators.filter(({ of }) => of === "verifier")).toEqual([calibrator]);
    const shipped = profileOf("reckon-embedded-1").calibrators.filter(({ of }) => of !== "verifier");
    expect(calibrators.filter(({ of }) => of !== "verifier")).toEqual(shipped);
  });

  it("leaves other models, and names that only look like models, as they are", () => {
    expect(profileWith(parse(file), "other")).toBe(profileOf("other"));
    expect(profileWith(parse(file), "toString").calibrators).toEqual([]);
    expect(profileWith(undefined, "reckon-embedded-1")).toBe(profileOf("reckon-embedded-1"));
  });
});
