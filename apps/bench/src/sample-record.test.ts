import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stepAuc, withinQuestionAuc } from "./discrimination.ts";
import { modelReport } from "./model-report.ts";
import { readRecords, writeRecords } from "./record-file.ts";
import { truthOf } from "./replay/recorded-votes.ts";
import type { ProblemRecord, Records, SampleRecord } from "./sample-record.ts";
import { bestOf, majorityOf, prmScore, weightedVoteOf } from "./selectors.ts";

const sample = (
  cluster: number | undefined,
  stepScores: number[],
  labels: boolean[],
  sumLogprob = -1,
): SampleRecord => ({
  text: "",
  end: "stop",
  tokens: 10,
  answer: cluster === undefined ? undefined : String(cluster),
  cluster,
  correct: cluster === 0,
  stepScores,
  stepTokens: stepScores.map((_, step) => 5 * (step + 1)),
  stepLabels: labels,
  sumLogprob,
});
const problem: ProblemRecord = {
  id: "test-1-0",
  family: "expression",
  band: "easy",
  prompt: "What is 1 + 2?",
  gold: "3",
  verifierTokens: 40,
  samples: [
    sample(1, [0.9, 0.2], [true, false]),
    sample(0, [0.9, 0.8], [true, true]),
    sample(1, [0.3, 0.1], [false, false]),
    sample(undefined, [0.1], [false]),
  ],
};
const records: Records = {
  origin: { split: "test", model: "m", problems: 1, samples: 4, seed: 1, temperature: 1 },
  problems: [problem],
};

describe("records", () => {
  it("come back from their file as they were", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reckon-records-"));
    try {
      const file = join(folder, "deep", "records.jsonl");
      writeRecords(file, records);
      expect(await readRecords(file)).toEqual(records);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("know their right answer", () => {
    expect(truthOf(problem)).toBe("0");
    expect(truthOf({ ...problem, samples: problem.samples.slice(2) })).toBeUndefined();
  });
});

describe("selectors over a record", () => {
  it("vote, weigh and pick", () => {
    const score = (one: SampleRecord) => prmScore(one, "min");
    expect(majorityOf(problem, 4)).toBe(0);
    expect(weightedVoteOf(problem, 4, score)).toBe(1);
    expect(bestOf(problem, 4, score)).toBe(1);
    expect(bestOf(problem, 1, score)).toBeCloseTo(0.25, 12);
  });

  it("tell right from wrong", () => {
    expect(stepAuc([problem])?.value).toBe(1);
    expect(withinQuestionAuc([problem], (one) => prmScore(one, "min"))?.value).toBe(1);
  });

  it("make the tables of the model card", () => {
    const report = modelReport(records, { aggregation: "min", votePower: 1, logprobPower: 0 });
    expect(report.tables.map((table) => table.caption)).toContain("Right answers");
    const names = report.tables[0]?.rows.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(["one sample", "majority of 4", "pass@4"]));
  });
});
