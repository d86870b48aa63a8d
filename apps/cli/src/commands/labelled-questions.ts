import type { LabelledQuestion } from "@reckon/planning";
import { UsageError } from "../arguments/usage-error.ts";
import { isObject, type JsonObject, readJsonLines, readPromptText } from "./json-lines.ts";

/**
 * Reads labelled questions: `{"question", "right", "samples"}`, `{"question", "correct"}`, or records whose `samples` say whether
 * each is `correct`; `prompt`, `problem` and `messages` stand in for `question`, and a first line that holds none of these is a
 * heading. Other keys are left alone. Throws `UsageError` naming line and field of each mistake.
 */
export function parseLabelledQuestions(text: string, file: string): LabelledQuestion[] {
  const questions = readJsonLines(text, file, (record, line) =>
    line === 1 && isHeading(record) ? [] : [readQuestion(record)],
  ).flat();
  if (questions.length === 0) throw new UsageError(`${file} holds no labelled question`);
  return questions;
}

function isHeading(record: JsonObject): boolean {
  return !["question", "prompt", "problem", "messages", "right", "correct"].some((key) => record[key] !== undefined);
}

function readQuestion(record: JsonObject): LabelledQuestion {
  return { question: textOf(record), ...labelsOf(record) };
}

function textOf(record: JsonObject): string {
  const { question, prompt, problem, messages } = record;
  for (const [name, value] of Object.entries({ question, prompt, problem })) {
    if (typeof value === "string") return readPromptText(value, name);
  }
  if (isObject(problem)) return textOf(problem);
  const asked = Array.isArray(messages)
    ? messages.findLast((message: unknown) => isObject(message) && message["role"] === "user")
    : undefined;
  if (isObject(asked) && typeof asked["content"] === "string") return readPromptText(asked["content"], "messages");
  throw new UsageError('question is missing; it takes a text (so do "prompt" and "problem")');
}

function labelsOf({ right, samples, correct }: JsonObject): Omit<LabelledQuestion, "question"> {
  if (Array.isArray(samples)) return countCorrect(samples);
  if (right !== undefined || samples !== undefined) {
    if (!isCount(samples, 1))
      throw new UsageError(`samples is ${JSON.stringify(samples)}; it takes a whole number from 1`);
    if (!isCount(right, 0) || right > samples)
      throw new UsageError(`right is ${JSON.stringify(right)}; it takes a whole number from 0 to samples, ${samples}`);
    return { right, samples };
  }
  if (typeof correct === "boolean") return { right: Number(correct), samples: 1 };
  if (correct === undefined) throw new UsageError('right and samples are missing, and so is "correct" in their place');
  throw new UsageError(`correct is ${JSON.stringify(correct)}; it takes true or false`);
}

function countCorrect(samples: readonly unknown[]): Omit<LabelledQuestion, "question"> {
  if (samples.length === 0) throw new UsageError("samples is empty; it takes at least one");
  let right = 0;
  for (const [index, sample] of samples.entries()) {
    const correct = isObject(sample) ? sample["correct"] : undefined;
    if (typeof correct !== "boolean")
      throw new UsageError(
        `samples[${index}].correct is ${JSON.stringify(correct) ?? "missing"}; it takes true or false`,
      );
    right += Number(correct);
  }
  return { right, samples: samples.length };
}

function isCount(value: unknown, least: number): value is number {
  return Number.isInteger(value) && (value as number) >= least;
}
