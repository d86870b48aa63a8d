import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profileOf } from "@reckon/planning";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelProfilesOf } from "./model-profiles.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reckon-profiles-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const profiles = (calibration: string | undefined) => modelProfilesOf({ confidence: { calibration } });

describe("modelProfilesOf", () => {
  it("gives what ships where no file is named", () => {
    expect(profiles(undefined)("reckon-embedded-1")).toBe(profileOf("reckon-embedded-1"));
  });

  it("adds the calibrators of a file, and refuses one that it cannot use", () => {
    const path = join(folder, "calibration.json");
    const calibrator = { of: "agreement", intercept: 0, weights: { raw: 0.5 }, outcomes: 80 };
    writeFileSync(path, JSON.stringify({ version: 3, models: { "llama-3.3-70b": { calibrators: [calibrator] } } }));
    expect(profiles(path)("llama-3.3-70b").calibrators).toEqual([calibrator]);
    writeFileSync(path, JSON.stringify({ version: 4, models: {} }));
    expect(() => profiles(path)).toThrow(/calibration.json is of version 4; this Reckon reads version 3/);
    expect(() => profiles(join(folder, "none.json"))).toThrow(/\[confidence\] calibration: cannot read/);
  });
});
