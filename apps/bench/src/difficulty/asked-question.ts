import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Confidence } from "@reckon/core";
import { ReckonError } from "@reckon/core";
import { profileOf } from "@reckon/planning";
import { adaptivePlan } from "../replay/fit-profile.ts";
import { runReplay } from "../replay/run-replay.ts";
import type { ProblemRecord } from "../sample-record.ts";

/** A question with how its samples went, and how a solve of it would have ended. */
export interface AskedQuestion {
  readonly id: string;
  /** What is left out together when a domain is to be foreign. */
  readonly family: string;
  readonly question: string;
  readonly right: number;
  readonly samples: number;
  readonly outcome: {
    readonly votesForAnswer: number;
    readonly votes: number;
    readonly confidence: Confidence | undefined;
    readonly correct: boolean;
  };
}

/** Recorded problems, each solved by a replay of the adaptive plan over its samples, as a live solve would end. */
export function askedOfRecords(problems: readonly ProblemRecord[], model: string): AskedQuestion[] {
  const plan = adaptivePlan("both", profileOf(model));
  return runReplay(problems, plan, 1).map(({ problem, votes, canonical, confidence, correct }) => ({
    id: problem.id,
    family: problem.family,
    question: problem.prompt,
    right: problem.samples.filter((sample) => sample.correct).length,
    samples: problem.samples.length,
    outcome: {
      votesForAnswer: votes.filter((vote) => vote.canonical === canonical).length,
      votes: votes.length,
      confidence,
      correct,
    },
  }));
}

/** SHA-256 of `example_model_solutions.jsonl` of GSM8K (github.com/openai/grade-school-math, MIT). */
const gsm8kSha256 = "4bc62db838f8418365d51c627bd66294cbdca9fb7f01519cb13f0dce8c51580b";
const gsm8kModels = ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"] as const;

/**
 * The test questions of GSM8K with the example solutions of four models, each model being a sample that is right or wrong. Of how
 * a solve would end nothing but correctness is known: the share of right ones. Throws where the file is another one.
 */
export function readGsm8k(file: string): AskedQuestion[] {
  const content = readFileSync(file);
  const sha256 = createHash("sha256").update(content).digest("hex");
  if (sha256 !== gsm8kSha256) {
    throw new ReckonError("invalid-argument", `--gsm8k: ${file} has SHA-256 ${sha256}, not ${gsm8kSha256}`);
  }
  const lines = content.toString("utf8").trimEnd().split("\n");
  return lines.map((line, index) => {
    const record = JSON.parse(line) as Record<string, { readonly is_correct: boolean }> & { readonly question: string };
    const right = gsm8kModels.filter((model) => record[model]?.is_correct === true).length;
    const samples = gsm8kModels.length;
    return {
      ...{ id: `gsm8k-${index}`, family: "gsm8k", question: record.question, right, samples },
      outcome: { votesForAnswer: right, votes: samples, confidence: undefined, correct: true },
    };
  });
}
