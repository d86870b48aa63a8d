import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "@reckon/bench";
import { createReckon, type SolveOptions } from "@reckon/client";
import type { ProblemRecord } from "@reckon/core";
import { generateProblems } from "@reckon/models";
import { differencesOf, retrace } from "@reckon/planning";
import { readRecordFile } from "@reckon/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Ways to think that stop by different rules, with and without a verifier, on the ramp and in a full window. */
const ways: readonly SolveOptions[] = [
  { strategy: "adaptive" },
  { strategy: "adaptive", window: 8, confidenceThreshold: 0.95 },
  { strategy: "comprehensive" },
  { method: "self-consistency", samples: 12, verificationRounds: 0 },
  { method: "self-consistency", samples: 6, earlyStopping: false, verificationRounds: 0 },
];
const problemsEach = 6;

let folder: string;
let records: ProblemRecord[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "reckon-records-"));
  const path = join(folder, "new", "records.jsonl");
  const cluster = await startCluster({ env: { RECKON_RECORDS_PATH: path } });
  try {
    const reckon = createReckon({ url: cluster.url });
    const problems = generateProblems({ seed: 5, split: "validation", count: problemsEach });
    for (const options of ways) {
      await Promise.all(
        problems.map(({ prompt }, i) =>
          reckon.solve(prompt, { ...options, seed: 100 + i, timeoutMs: 60_000 }).outcome(),
        ),
      );
    }
  } finally {
    // A stop loses nothing: what was solved is in the file.
    await cluster.stop();
  }
  records = await Array.fromAsync(readRecordFile(path));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a recorded live run", () => {
  it("has a record of every solve, without the questions unless asked for", () => {
    expect(records).toHaveLength(ways.length * problemsEach);
    for (const record of records) {
      expect(record.question).toBeUndefined();
      expect(record.questionHash).toMatch(/^[0-9a-f]{64}$/);
      expect(record.samples.every((sample) => sample.text === undefined)).toBe(true);
      expect(record.samples).toHaveLength(record.solve?.outcome.samplesStarted ?? -1);
    }
  });

  it("is decided in replay as it was live, sample by sample", () => {
    // Others were escalated or degraded on the way: their plan is not one.
    const whole = records.filter((record) => record.solve?.planChanges.length === 0);
    expect(whole.length).toBeGreaterThan(records.length / 2);
    const reasons = new Set(whole.map((record) => record.solve?.outcome.stopReason));
    expect(reasons.size).toBeGreaterThan(1);
    for (const record of whole)
      expect([record.problemId, differencesOf(record, retrace(record))]).toEqual([record.problemId, []]);
  });

  it("is decided differently by another rule", () => {
    const eager = records.flatMap((record) => {
      const { solve } = record;
      if (solve === undefined || solve.planChanges.length > 0 || solve.outcome.samplesVoted < 3) return [];
      const stopRule = { name: "share", threshold: 0.5, minVotes: 1 } as const;
      const other = { ...record, solve: { ...solve, plan: { ...solve.plan, stopRule } } };
      return differencesOf(other, retrace(other));
    });
    expect(eager.length).toBeGreaterThan(0);
  });
});
