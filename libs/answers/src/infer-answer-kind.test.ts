import type { AnswerKind } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { inferAnswerKind, inferKindOfAnswers } from "./infer-answer-kind.ts";

const questions: readonly (readonly [string, AnswerKind])[] = [
  ["Solve: x^2 - 5x + 6 = 0", "number"],
  ["What is 17 * 23?", "number"],
  ["17 * 23", "number"],
  ["Simplify (19 + 6) * 5 - 18.", "number"],
  ["Tom has twelve apples and eats two. How many are left?", "number"],
  ["Find the next term: 5, 16, 27, 38, ...", "number"],
  ["Simplify 2(x + 1) - x.", "expression"],
  ["Find the derivative of x^3.", "expression"],
  ["Factor x^2 - 9.", "expression"],
  ["Which is prime? (A) 4 (B) 6 (C) 7 (D) 9", "choice"],
  ["Pick one.\nA. red\nB. green", "choice"],
  ["Write a function that reverses a string.", "code"],
  ["Implement a class for a queue in Python.", "code"],
  ["Answer with a tool call that books 2 seats.", "tool-call"],
  ["What is the capital of France?", "text"],
  ["Who wrote Faust?", "text"],
  ["", "text"],
];

describe("inferAnswerKind", () => {
  it.each(questions)("%s", (question, kind) => {
    expect(inferAnswerKind(question)).toBe(kind);
  });
});

describe("inferKindOfAnswers", () => {
  it.each([
    [["x = 2 or x = 3", "{3, 2}"], "number"],
    [["12 cm", "5"], "number"],
    [["(A)", "B."], "choice"],
    [["x + 1", "2(x + 1)"], "expression"],
    [['{"name":"f"}', '{"name": "g"}'], "tool-call"],
    [["```py\n1\n```", "2"], "code"],
    [["Paris", "London"], "text"],
    [["5", "Paris"], "text"],
    [[], "text"],
  ] as const)("%j are of kind %s", (answers, kind) => {
    expect(inferKindOfAnswers(answers)).toBe(kind);
  });
});
