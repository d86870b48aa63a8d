import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { parseCalibration } from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import { openStore } from "@reckon/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCalibrate } from "../arguments/calibrate-command.ts";
import { runCalibrate } from "../commands/calibrate.ts";
import { outcomeOfLine, outcomesOfRecord } from "./outcomes-of-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "reckon-calibrate-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[]): Promise<string> {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} };
  expect(await runCalibrate(parseCalibrate(args), io)).toBe(0);
  return String(stdout.read());
}

/** Confidences with twice the log-odds that are true. */
function outcomes(count: number, seed: number): string {
  const random = createPrng(seed);
  const lines = Array.from({ length: count }, () => {
    const truth = random.next();
    const odds = (truth / (1 - truth)) ** 2;
    return JSON.stringify({
      confidence: odds / (1 + odds),
      kind: "agreement",
      correct: random.next() < truth,
      model: "m",
    });
  });
  return `${lines.join("\n")}\n`;
}

describe("reckon calibrate", () => {
  it("reports before and after, and writes calibrators that a server can read, and a diagram", async () => {
    const [file, out, svg] = ["outcomes.jsonl", "calibration.json", "reliability.svg"].map((name) =>
      join(folder, name),
    );
    writeFileSync(file as string, outcomes(1_500, 1));
    const text = await run([file, "--json", "--out", out, "--svg", svg] as string[]);
    const { model, kinds } = JSON.parse(text);
    expect(model).toBe("m");
    expect(kinds).toHaveLength(1);
    expect(kinds[0].after.calibration.debiased).toBeLessThan(kinds[0].before.calibration.debiased);
    expect(kinds[0].after.brier.score).toBeLessThan(kinds[0].before.brier.score);
    expect(kinds[0].after.auroc).toBeCloseTo(kinds[0].before.auroc, 2);
    const written = parseCalibration(readFileSync(out as string, "utf8"), "out");
    expect(written.models["m"]?.calibrators[0]).toMatchObject({ of: "agreement", outcomes: 1_500 });
    expect(readFileSync(svg as string, "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(await run([file as string])).toContain("agreement, calibrated");
  });

  it("leaves the raw kind where there is too little to fit on", async () => {
    const file = join(folder, "few.jsonl");
    writeFileSync(file, outcomes(40, 2));
    expect(await run([file])).toContain("no calibrator");
  });

  it("takes outcomes of a history that are known to be right or wrong", async () => {
    const path = join(folder, "history.sqlite");
    const store = openStore({ path });
    const features = { domain: "ratio", lengthBucket: 1, templateHash: "t" };
    const shared = { features, difficulty: 0.5, votesForAnswer: 2, votes: 3 };
    for (let i = 0; i < 3; i += 1) {
      const confidence = { value: 0.6, kind: "verifier" } as const;
      store.recordOutcome({ ...shared, solveId: `s${i}`, confidence, correct: i === 0 ? undefined : i === 1 });
    }
    store.close();
    const { kinds } = JSON.parse(await run(["--store", path, "--json"]));
    expect(kinds).toMatchObject([{ kind: "verifier", outcomes: 2 }]);
  });

  it("names the file and the line of what it cannot read", async () => {
    const file = join(folder, "bad.jsonl");
    writeFileSync(file, '{"confidence": 0.5, "correct": true}\n{"confidence": 2, "correct": true}\n');
    await expect(run([file])).rejects.toThrow(/bad.jsonl:2: confidence/);
    await expect(run(["--store", join(folder, "none.sqlite")])).rejects.toThrow(/there is no history at/);
    expect(() => parseCalibrate([])).toThrow(/needs files/);
  });
});

describe("outcomesOfRecord", () => {
  it("takes recorded samples for a state at each number of votes, with what signs there are", () => {
    const samples = ["4", "5", "4", undefined].map((answer) => ({ answer, tokens: 9, score: 0.8 }));
    const found = outcomesOfRecord({ problemId: "p", gold: "4", samples });
    expect(found.map(({ correct }) => correct)).toEqual([true, true, true]);
    expect(found.at(-1)).toMatchObject({ kind: "verifier", signs: "verifier", group: "p", domain: undefined });
  });

  it("learns nothing where nobody knows what is right", () => {
    expect(outcomesOfRecord({ problemId: "p", samples: [{ answer: "4", tokens: 9 }] })).toEqual([]);
  });

  it("reads a record in a file beside outcomes", async () => {
    const file = join(folder, "records.jsonl");
    const record = { problem_id: "p", gold: 4, samples: [{ answer: 4, tokens: 3 }] };
    writeFileSync(file, `${JSON.stringify(record)}\n{"confidence": 0.5, "correct": true}\n`);
    expect(JSON.parse(await run([file, "--json"])).kinds).toMatchObject([{ kind: "agreement", outcomes: 2 }]);
  });
});

describe("outcomeOfLine", () => {
  it("takes counts of votes where both are given, and names what does not fit", () => {
    const { features } = outcomeOfLine({ confidence: 0.5, correct: 1, votes: 4, votes_for_answer: 3 });
    expect(features).toMatchObject({ raw: 0, support: Math.log(4), triple: 1 });
    expect(() => outcomeOfLine({ confidence: 0.5 })).toThrow(/^correct: /);
  });
});
