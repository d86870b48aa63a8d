import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseReplay } from "../arguments/replay-command.ts";
import { runReplay } from "./replay.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reckon-replay-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(lines: readonly unknown[], ...flags: string[]): Promise<string> {
  const file = join(folder, "records.jsonl");
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} };
  expect(await runReplay(parseReplay([file, "--draws", "5", ...flags]), io)).toBe(0);
  stdout.end();
  return text(stdout);
}

const foreign = (id: number, gold?: string) => ({
  problem_id: `p${id}`,
  ...(gold !== undefined && { gold }),
  samples: Array.from({ length: 12 }, (_, i) => ({ answer: i % 4 === 0 ? "9" : "8", tokens: 10 + i, score: 0.5 })),
});

describe("reckon replay", () => {
  it("prints one JSON object: the default rule, the baseline, and them paired", async () => {
    const out = await run([foreign(1, "8"), foreign(2, "9")], "--json");
    expect(out.trim().split("\n")).toHaveLength(1);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ n_problems: 2, draws: 5, seed: 1, baseline: { accuracy: 0.5, tokens_fraction: 1 } });
    for (const side of [report.default, report.baseline]) {
      expect(side).toMatchObject({
        rule: expect.any(String),
        accuracy_interval: [expect.any(Number), expect.any(Number)],
        tokens_fraction: expect.any(Number),
        latency_fraction: expect.any(Number),
        worst_problem_loss: expect.any(Number),
      });
    }
    expect(report.paired.accuracy_difference_points.interval).toHaveLength(2);
    expect(JSON.parse(await run([foreign(1, "8"), foreign(2, "9")], "--json"))).toEqual(report);
  });

  it("replays the rule, the window, the cap and the baseline that flags name", async () => {
    const flags = [
      "--rule",
      "beta:threshold=0.9",
      "--n-max",
      "6",
      "--window",
      "2",
      "--baseline",
      "none:n-max=3,window=3",
    ];
    const report = JSON.parse(await run([foreign(1, "8")], "--json", ...flags));
    expect(report.default.rule).toBe("beta:threshold=0.9,window=2,n-max=6,schedule=ramp");
    expect(report.default.mean_samples_started).toBeLessThanOrEqual(6);
    expect(report.baseline.mean_samples_started).toBe(3);
    const weighted = await run([foreign(1, "8")], "--selection", "weighted-vote");
    expect(weighted).toMatch(/accuracy +\d/);
  });

  it("says where nobody knows what is right, and reports no accuracy", async () => {
    const report = JSON.parse(await run([foreign(1)], "--json"));
    expect(report.default.accuracy).toBeNull();
    expect(report.notes[0]).toMatch(/neither|no problem has gold/);
    expect(await run([foreign(1), foreign(2, "8")])).toMatch(/1 problems have neither gold nor correct/);
  });

  it("refuses flags that it does not understand", () => {
    expect(() => parseReplay([])).toThrow(/needs a file/);
    expect(() => parseReplay(["f", "--draws", "0"])).toThrow(/--draws is "0"/);
    expect(() => parseReplay(["f", "--prior", "1"])).toThrow(/--prior is "1"/);
    expect(() => parseReplay(["f", "--signs", "x"])).toThrow(/--signs is "x"/);
  });
});
