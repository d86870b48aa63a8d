import type { AnswerKind } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalize } from "./canonicalize.ts";
import { checkAnswer } from "./check/check-answer.ts";
import { checkStep } from "./check/check-step.ts";
import { extractAnswer } from "./extract-answer.ts";
import { inferAnswerKind, inferKindOfAnswers } from "./infer-answer-kind.ts";

const kinds: AnswerKind[] = ["number", "choice", "expression", "code", "tool-call", "text"];

/** Short patterns that, repeated to 64 KiB, have each broken some parser or pattern somewhere. */
const patterns = [
  "9",
  "(",
  "{",
  "[",
  "\\frac{",
  "\\sqrt{",
  "\\boxed{",
  "\\boxed",
  "\\left(",
  "$",
  "$a ",
  "*",
  "_",
  "`",
  "```\n",
  "\n",
  " ",
  "\t",
  ",",
  "1,",
  "1 or ",
  "1+",
  "-",
  "- ",
  "9^",
  "a",
  "a b ",
  "abc ",
  "Answer: ",
  "Answer:\n",
  "the answer is ",
  "#",
  "'",
  '"',
  '{"a":',
  "²",
  "ﷺ",
  "\u200d",
  "\ud800",
  "\0",
  "=",
  "<",
  "x=",
  "x = 1, ",
  "1:",
  "±",
  "1/",
  "5!",
  "1 1/2 ",
  "1 000 ",
  "m ",
  "^4",
  " (A) x (B) ",
  "how many ",
  "price $ ",
  "option choice ",
  "1e9",
  "tan(",
  "%",
  "|",
  "½",
];

function everything(text: string): void {
  for (const kind of kinds) {
    expect(typeof canonicalize(text, kind)).toBe("string");
    canonicalize("5", kind, { question: text });
    extractAnswer(text, kind);
  }
  inferAnswerKind(text);
  inferKindOfAnswers([text, text]);
  for (const check of [
    checkAnswer(text, text),
    checkAnswer("Solve x^2 = 4", text),
    checkStep(text, { question: text, earlier: [text] }),
  ]) {
    expect(check.score === undefined).toBe(check.abstention !== undefined);
  }
}

describe("hostile input", () => {
  it.each(patterns.map((pattern) => [JSON.stringify(pattern), pattern]))("survives 64 KiB of %s", (_, pattern) => {
    everything(pattern.repeat(Math.floor(65_536 / pattern.length)));
    everything(`x = ${pattern.repeat(Math.floor(4_000 / pattern.length))}1`);
  });

  it.each([
    "9^9^9^9^9",
    "(((9^99)^99)^99)^99",
    "2^(2^(2^(2^(2^2))))",
    "1e300^9",
    "0^-1",
    "(-8)^(1/2)",
    `${"9".repeat(50_000)}/${"7".repeat(15_000)}`,
    "(x+1)".repeat(700),
    "(x^99 + y)^99",
    Array.from({ length: 300 }, (_, i) => `x^${i}`).join("+"),
    Array.from({ length: 480 }, (_, i) => `1/${i + 1009}`).join("+"),
    `Solve: ${"(x + 1)".repeat(500)} = 0`,
    "x^1000000000 = 1",
    `${"(".repeat(60)}1${")".repeat(60)}`,
    '{"__proto__": {"a": 1}}',
  ])("survives %.40s", (text) => everything(text));

  it("throws at nothing that can be written", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), everything), { numRuns: 200 });
  });

  it("still tells long numerals apart", () => {
    const long = "9".repeat(50_000);
    expect(canonicalize(long, "number")).toBe(canonicalize(`00${long}.0`, "number"));
    expect(canonicalize(long, "number")).not.toBe(canonicalize(`${long}8`, "number"));
    expect(canonicalize(long, "number").length).toBeLessThan(300);
  });
});
