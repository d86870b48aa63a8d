import { readFileSync } from "node:fs";
import { generateProblems } from "@reckon/models";
import { describe, expect, it } from "vitest";
import { outOfField } from "./out-of-field.ts";

const card = JSON.parse(readFileSync(new URL("../../../models/weights/model.json", import.meta.url), "utf8"));
const words = new Set<string>(card.words);

describe("outOfField", () => {
  it("takes every problem of the generator, unseen ones too", () => {
    const problems = generateProblems({ seed: 5, split: "test", count: 300 });
    expect(problems.flatMap(({ prompt }) => outOfField(prompt, words) ?? [])).toEqual([]);
  });

  it.each([
    "Solve for x: 3x + 5 = 20",
    "2 + 2",
    "What's 15% of 80?",
    "Please compute 12 + 30",
    "A farmer has 12 sheep and sells 5. How many sheep remain?",
    "Jonas bought 4 notebooks for 3 euros each and paid with a 20 euro note. What change did he get?",
  ])("takes %s", (question) => expect(outOfField(question, words)).toBeUndefined());

  it.each([
    "Write a haiku about 3 frogs",
    "Who won the world cup in 1998?",
    "Translate 'good morning' into 3 languages",
    "List 5 famous painters of the 19th century",
    "Сколько планет вращается вокруг солнца, 8 или 9?",
  ])("refuses %s", (question) => expect(outOfField(question, words)).toMatch(/words are unknown to the model/));

  it("refuses what holds no number", () => {
    expect(outOfField("What is the capital of France?", words)).toMatch(/holds no number/);
    expect(outOfField("What is the capital of France?", undefined)).toMatch(/holds no number/);
  });
});
