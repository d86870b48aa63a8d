import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { parsePlan } from "../arguments/plan-command.ts";
import { UsageError } from "../arguments/usage-error.ts";
import { runPlan } from "./plan.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const problems = [
  { id: "sum", prompt: "Compute: (9+9)*4+14" },
  { id: "roots", prompt: "Solve: x^2 - 5x + 6 = 0" },
  { prompt: "The ratio of cats to dogs is 3:4. There are 35 animals. How many cats are there?" },
];

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "reckon-plan-"));
  folders.push(folder);
  const file = join(folder, "file");
  writeFileSync(file, text);
  return file;
}

const problemsFile = () => fileOf(problems.map((problem) => JSON.stringify(problem)).join("\n"));

async function plan(...args: string[]): Promise<string> {
  const stdout = new PassThrough();
  let text = "";
  stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} };
  expect(await runPlan(parsePlan(args, {}), io)).toBe(0);
  return text;
}

describe("reckon plan", () => {
  it("says what each problem gets, the total beside an even split, and what other budgets would bring", async () => {
    const text = await plan("--budget", "2000-tokens", "--file", problemsFile());
    expect(text).toContain("budget 2,000 tokens for 3 problems");
    for (const name of ["sum", "roots", "3 "])
      expect(text).toMatch(new RegExp(`\\n {2}${name} .*difficulty 0\\.\\d\\d`));
    expect(text).toMatch(/expected \d\.\d of 3 right \(\d+ %\), 95 % between/);
    expect(text).toContain("the same share for each:");
    expect(text).toMatch(
      /as the votes come in: \d\.\d of 3 .*\n {2}with --method beam --drafts \d --stop-rule confidence:threshold=0\.\d+ -n \d/,
    );
    const little = await plan("--budget", "250-output-tokens", "--file", problemsFile());
    expect(little).toMatch(/\n {2}with --stop-rule value:gain=0,token-gain=[\d.]+ -n 64/);
    expect(text).toContain("curves of reckon-embedded-1: 1500 problems of the validation split");
  });

  it("is JSON for programs, within its budget", async () => {
    const answer = JSON.parse(await plan("-b", "1500-output-tokens", "-f", problemsFile(), "--json"));
    expect(answer.budget).toEqual({ unit: "output-tokens", amount: 1500 });
    expect(answer.total.spent).toBeLessThanOrEqual(1500);
    expect(answer.problems).toHaveLength(3);
    expect(answer.by_votes).toMatchObject({
      ...{ method: "beam", samples: expect.any(Number), drafts: expect.any(Number) },
      stop_rule: expect.stringMatching(/^confidence:threshold=/),
    });
    expect(answer.problems[0]).toMatchObject({ id: "sum", plan: { model: "reckon-embedded-1" } });
    const { value, low, high, extrapolated } = answer.problems[0].expected.accuracy;
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(extrapolated).toBe(false);
  });

  it("plans one question given inline, with every way that no other beats", async () => {
    const text = await plan("--budget", "30-s", "What is 17 * 23?");
    expect(text).toContain("the ways that no other one beats:");
    expect(text).toMatch(/ s +\d+ % {2}single/);
  });

  it("spends no more than a target needs", async () => {
    const whole = JSON.parse(await plan("-b", "1e5-tokens", "-f", problemsFile(), "--json"));
    const enough = JSON.parse(
      await plan("-b", "1e5-tokens", "-f", problemsFile(), "--json", "--target-accuracy", "0.8"),
    );
    expect(enough.total.right).toBeGreaterThanOrEqual(2.4);
    expect(enough.total.spent).toBeLessThan(whole.total.spent);
  });

  it("counts in money with a price, and refuses to without one", async () => {
    await expect(plan("-b", "5-usd", "What is 2 + 2?")).rejects.toMatchObject({ code: "failed-precondition" });
    const priced = await plan("-b", "0.001-usd", "--price-prompt", "0.1", "--price-output", "1", "What is 2 + 2?");
    expect(priced).toContain("US dollars");
  });

  it("names what is wrong with a command line or a file", async () => {
    for (const args of [
      [],
      ["-b", "5-apples"],
      ["-b", "5-usd", "-f", "x", "q"],
      ["-b", "9-s", "--target-accuracy", "1"],
    ]) {
      expect(() => parsePlan(args, {})).toThrow(UsageError);
    }
    await expect(plan("-b", "9-calls", "-f", fileOf('{"id": 1}'))).rejects.toThrow(/file:1: needs a text "prompt"/);
    await expect(plan("-b", "9-calls", "--curves", fileOf("{}"), "q")).rejects.toThrow("holds no curves of version 1");
    await expect(plan("-b", "9-calls", "--model", "gpt", "q")).rejects.toThrow('there are no curves of "gpt"');
  });
});
