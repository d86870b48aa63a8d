import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { parseCommand } from "../arguments/parse-command.ts";
import { runCommand } from "../run-command.ts";
import { parseLabelledQuestions } from "./labelled-questions.ts";

const root = mkdtempSync(join(tmpdir(), "reckon-difficulty-"));
afterAll(() => rmSync(root, { recursive: true }));

const store = join(root, "history.sqlite");

async function run(...words: string[]): Promise<string> {
  let out = "";
  const sink = () =>
    new Writable({
      write(chunk, _, done) {
        out += String(chunk);
        done();
      },
    });
  const io = { stdin: new PassThrough(), stdout: sink(), stderr: sink(), env: {} };
  expect(await runCommand(parseCommand(["difficulty", ...words], {}), io)).toBe(0);
  return out;
}

describe("reckon difficulty", () => {
  it("trains from a file, shows what was learned, and forgets it", async () => {
    const file = join(root, "labelled.jsonl");
    const lines = Array.from({ length: 30 }, (_, i) => ({ question: `What is ${i} + 4?`, right: 7, samples: 8 }));
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(await run("show", "--store", store)).toContain("nothing is learned");
    expect(await run("train", file, "--out", store)).toContain("trained on 30 questions");
    expect(JSON.parse(await run("show", "--store", store, "--json"))).toMatchObject({
      ...{ tenant: "local", trained: 30, outcomes: 0, byDomain: { arithmetic: 30 } },
    });
    expect(await run("reset", "--store", store)).toContain("forgotten");
    expect(await run("show", "--store", store)).toContain("trained on     30 questions");
    await run("reset", "--all", "--store", store);
    expect(await run("show", "--store", store)).toContain("nothing is learned");
  });
});

describe("parseLabelledQuestions", () => {
  it("understands counts, one label, and records of samples with their heading", () => {
    const text = [
      { origin: { split: "validation" } },
      { question: "a", right: 3, samples: 4 },
      { question: "b", correct: false },
      { prompt: "c", gold: "1", samples: [{ correct: true, tokens: 3 }, { correct: false }] },
      { messages: [{ role: "user", content: "d" }], correct: true },
      { problem: { prompt: "e" }, correct: true },
    ];
    expect(parseLabelledQuestions(text.map((line) => JSON.stringify(line)).join("\n"), "f")).toEqual([
      { question: "a", right: 3, samples: 4 },
      { question: "b", right: 0, samples: 1 },
      { question: "c", right: 1, samples: 2 },
      { question: "d", right: 1, samples: 1 },
      { question: "e", right: 1, samples: 1 },
    ]);
  });

  it.each([
    ['{"right":1,"samples":2}', "f:1: question is missing"],
    ['{"question":"a"}\n{"question":"a","right":3,"samples":2}', "f:2: right is 3"],
    ['{"question":"a","right":1}', "f:1: samples is undefined"],
    ['{"question":"a","correct":"yes"}', 'f:1: correct is "yes"'],
    ['{"question":"a","samples":[{"correct":true},{}]}', "f:1: samples[1].correct is missing"],
    ['{"question":" ","correct":true}', "f:1: question is empty"],
    ["[]", "f:1: must be a JSON object"],
    ["", "f holds no labelled question"],
  ])("refuses %j", (text, why) => expect(() => parseLabelledQuestions(text, "f")).toThrow(why));
});
