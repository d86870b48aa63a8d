import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStudy, studyProblem } from "@reckon/planning";
import { describe, expect, it } from "vitest";
import { gsm8kRecords } from "./gsm8k-records.ts";
import { fixedSetup, gainAtEqualTokens } from "./matched-tokens.ts";
import { syntheticRecords } from "./synthetic-records.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("syntheticRecords", () => {
  it("are the same for the same seed, and know what is right", () => {
    const options = { problems: 9, samples: 20, seed: 3, lengthBias: 0 };
    const records = syntheticRecords(options);
    expect(syntheticRecords(options)).toEqual(records);
    expect(syntheticRecords({ ...options, seed: 4 })).not.toEqual(records);
    for (const { gold, samples } of records) {
      for (const { answer, correct } of samples) if (answer !== undefined) expect(answer === gold).toBe(correct);
    }
  });

  it("have the lengths that the bias says", () => {
    const ratio = (lengthBias: number) =>
      mean(
        syntheticRecords({ problems: 60, samples: 60, seed: 1, lengthBias }).flatMap(({ samples }) => {
          const lengths = [true, false].map((right) =>
            samples.flatMap((one) => (one.correct === right ? Math.log(one.tokens) : [])),
          );
          return lengths.every((one) => one.length > 5) ? mean(lengths[0] ?? []) - mean(lengths[1] ?? []) : [];
        }),
      );
    expect(ratio(0)).toBeCloseTo(0, 1);
    expect(ratio(0.5)).toBeCloseTo(0.5, 1);
    expect(ratio(-0.5)).toBeCloseTo(-0.5, 1);
  });
});

describe("gainAtEqualTokens", () => {
  const records = syntheticRecords({ problems: 30, samples: 40, seed: 1, lengthBias: 0 });
  const sizes = [1, 2, 4, 8, 16].map(fixedSetup);
  const fixed = runStudy(
    records.map((one) => studyProblem(one)),
    sizes,
    { draws: 10, seed: 1, selection: "majority" },
  );

  it("is nothing for a fixed N itself, and what is above a line between two", () => {
    for (const own of fixed) expect(gainAtEqualTokens(own, fixed)?.value).toBeCloseTo(0, 12);
    const between = (fixed[2] ?? []).map((one, i) => {
      const next = fixed[3]?.[i] ?? one;
      const half = (a: number, b: number) => (a + b) / 2;
      return {
        ...one,
        tokens: half(one.tokens, next.tokens),
        accuracy: half(one.accuracy ?? 0, next.accuracy ?? 0) + 0.1,
      };
    });
    expect(gainAtEqualTokens(between, fixed)?.value).toBeCloseTo(0.1, 12);
    expect(gainAtEqualTokens(between, fixed, () => false)).toBeUndefined();
  });
});

describe("gsm8kRecords", () => {
  it("takes no other file for the published one", () => {
    const folder = mkdtempSync(join(tmpdir(), "reckon-gsm8k-"));
    try {
      const file = join(folder, "solutions.jsonl");
      expect(() => gsm8kRecords(file)).toThrow(/cannot be read/);
      writeFileSync(file, "{}\n");
      expect(() => gsm8kRecords(file)).toThrow(
        /has the SHA-256 ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
