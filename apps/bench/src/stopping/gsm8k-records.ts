import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ProblemRecord, ReckonError, type SampleRecord } from "@reckon/core";

/** Of `example_model_solutions.jsonl` as openai/grade-school-math has it. */
const SHA256 = "4bc62db838f8418365d51c627bd66294cbdca9fb7f01519cb13f0dce8c51580b";
const CHARACTERS_PER_TOKEN = 4;

interface Solution {
  readonly is_correct: boolean;
  readonly solution: string;
}

/**
 * The example solutions of GSM8K (arXiv 2110.14168) as records: 1,319 questions, a solution by each of four models. Token counts are not in
 * it; a token is taken for four characters. Throws `not-found` where there is no such file, `invalid-argument` where its checksum is another.
 */
export function gsm8kRecords(file: string): ProblemRecord[] {
  const bytes = read(file);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== SHA256)
    throw new ReckonError("invalid-argument", `${file} has the SHA-256 ${sha256}, not ${SHA256} as the published file`);
  const lines = bytes.toString("utf8").trimEnd().split("\n");
  return lines.map((line, i): ProblemRecord => {
    const { question: _, ground_truth: truth, ...solutions } = JSON.parse(line) as Record<string, string | Solution>;
    return {
      problemId: `gsm8k-${i + 1}`,
      answerKind: "number",
      gold: answerIn(String(truth)),
      samples: Object.values(solutions).flatMap((one) => (typeof one === "string" ? [] : sampleOf(one))),
    };
  });
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ReckonError("not-found", `GSM8K's example solutions cannot be read: ${String(error)}`, { cause: error });
  }
}

function sampleOf({ solution, is_correct: correct }: Solution): SampleRecord {
  const tokens = Math.ceil(solution.length / CHARACTERS_PER_TOKEN);
  return { answer: answerIn(solution), tokens, correct };
}

/** What stands behind the last line's "A:". */
function answerIn(solution: string): string | undefined {
  return /^A: (.+)$/.exec(solution.trimEnd().split("\n").at(-1) ?? "")?.[1];
}
