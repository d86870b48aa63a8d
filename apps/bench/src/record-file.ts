import {
  RECORD_SCHEMA,
  ReckonError,
  type ProblemRecord as StoredProblem,
  type SampleRecord as StoredSample,
} from "@reckon/core";
import type { Split } from "@reckon/models";
import { readRecordFile, writeRecordFile } from "@reckon/store";
import type { ProblemRecord, Records, RecordsOrigin, SampleRecord } from "./sample-record.ts";

/** Writes records in the one schema that replay and live recording share (docs/records.md), making the folder where it is missing. */
export function writeRecords(file: string, { origin, problems }: Records): void {
  writeRecordFile(
    file,
    problems.map((problem) => toStored(problem, origin)),
  );
}

/**
 * Reads what `writeRecords` wrote. Throws `not-found` where the file is missing, `invalid-argument` where a line is no record or lacks what
 * the bench keeps of its own samples.
 */
export async function readRecords(file: string): Promise<Records> {
  const stored = await Array.fromAsync(readRecordFile(file));
  const [first] = stored;
  if (first === undefined) throw new ReckonError("invalid-argument", `${file} holds no record`);
  const problems = stored.map((problem, index) => fromStored(problem, `${file}:${index + 1}`));
  return {
    problems,
    origin: {
      split: label(first, "split", file) as Split,
      model: first.versions?.model ?? "",
      problems: problems.length,
      samples: Math.max(...problems.map((problem) => problem.samples.length)),
      seed: Number(label(first, "seed", file)),
      temperature: Number(label(first, "temperature", file)),
    },
  };
}

function toStored(problem: ProblemRecord, origin: RecordsOrigin): StoredProblem {
  const { split, seed, temperature, model } = origin;
  const { family, band, verifierTokens } = problem;
  return {
    problemId: problem.id,
    question: problem.prompt,
    answerKind: "number",
    gold: problem.gold,
    samples: problem.samples.map(
      (sample, index): StoredSample => ({
        index,
        ...{
          answer: sample.answer,
          tokens: sample.tokens,
          text: sample.text,
          end: sample.end,
          correct: sample.correct,
        },
        canonical: sample.cluster === undefined ? undefined : String(sample.cluster),
        steps: sample.stepLabels.map((correct, step) => ({
          ...{ score: sample.stepScores[step], tokens: sample.stepTokens[step], correct },
        })),
        logprob: { sum: sample.sumLogprob },
      }),
    ),
    versions: { schema: RECORD_SCHEMA, model },
    labels: { split, seed, temperature, family, band, verifier_tokens: verifierTokens },
  };
}

function fromStored(problem: StoredProblem, where: string): ProblemRecord {
  if (problem.question === undefined || problem.gold === undefined)
    throw new ReckonError("invalid-argument", `${where}: question and gold are needed here, as the bench records them`);
  return {
    id: problem.problemId,
    family: String(label(problem, "family", where)),
    band: String(label(problem, "band", where)),
    prompt: problem.question,
    gold: problem.gold,
    samples: problem.samples.map(fromStoredSample),
    verifierTokens: Number(label(problem, "verifier_tokens", where)),
  };
}

function fromStoredSample({ answer, canonical, steps = [], ...sample }: StoredSample): SampleRecord {
  const scored = steps.filter((step) => step.score !== undefined);
  return {
    text: sample.text ?? "",
    end: sample.end ?? "stop",
    tokens: sample.tokens,
    answer,
    cluster: canonical === undefined ? undefined : Number(canonical),
    correct: sample.correct ?? false,
    stepScores: scored.map((step) => step.score as number),
    stepTokens: scored.map((step) => step.tokens as number),
    stepLabels: steps.map((step) => step.correct ?? false),
    sumLogprob: sample.logprob?.sum ?? 0,
  };
}

function label({ labels = {} }: StoredProblem, name: string, where: string): string | number {
  const value = labels[name];
  if (value !== undefined) return value;
  throw new ReckonError("invalid-argument", `${where}: labels.${name} is missing, which the bench's own records have`);
}
