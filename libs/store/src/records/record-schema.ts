import { RECORD_SCHEMA } from "@reckon/core";
import { z } from "zod";

/** Absent, or null, as other writers have it. */
const maybe = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);

const count = z.int().min(0);
const tokens = z.number().min(0);
const probability = z.number().min(0).max(1);
/** Answers are texts; a number is taken for its text. */
const answer = z.union([z.string(), z.number()], { error: "must be a text or a number" }).transform(String);
const ends = ["stop", "length", "cancelled", "pruned", "failed"] as const;
const signalNames = ["length", "vocabulary", "syntactic_depth", "domain", "history"] as const;
const kinds = ["number", "choice", "expression", "code", "tool-call", "text"] as const;

const step = z.object({ score: maybe(probability), tokens: maybe(tokens), correct: maybe(z.boolean()) });

const sample = z.object({
  index: maybe(count),
  answer: maybe(answer),
  canonical: maybe(z.string()),
  tokens,
  text: maybe(z.string()),
  steps: maybe(z.array(step)),
  score: maybe(probability),
  logprob: maybe(z.object({ sum: maybe(z.number().max(0)), mean: maybe(z.number().max(0)) })),
  end: maybe(z.enum(ends)),
  voted: maybe(z.boolean()),
  started_after: maybe(count),
  ended_at: maybe(count),
  cut_after: maybe(count),
  correct: maybe(z.boolean()),
});

const stopRule = z.looseObject({
  name: z.enum(["none", "unanimous", "share", "beta", "dirichlet", "confidence", "value"]),
  threshold: probability,
  min_votes: z.int().min(1),
});

const plan = z.looseObject({
  strategy: z.string(),
  method: z.string(),
  selection: z.enum(["best-score", "majority", "weighted-vote"]),
  samples: z.int().min(1),
  window: z.int().min(1),
  stop_rule: stopRule,
  model: z.string(),
});

const solve = z.looseObject({
  solve_id: z.string(),
  started_at: z.string(),
  plan,
  difficulty: z.looseObject({
    ...{ score: probability, prior_alpha: z.number().gt(0), prior_beta: z.number().gt(0) },
    signals: z.array(z.looseObject({ name: z.enum(signalNames), value: probability, weight: probability })).default([]),
    overridden: z.boolean().default(false),
  }),
  signs: z.object({ score: z.boolean(), logprob: z.boolean() }),
  plan_changes: z.array(z.string()),
  outcome: z.looseObject({
    answer: maybe(z.string()),
    confidence: maybe(z.object({ value: probability, kind: z.string() })),
    stop_reason: z.string(),
    samples_started: count,
    ended_at_stop: maybe(count),
    samples_voted: count,
    latency_ms: z.number().min(0),
    degradations: z.array(z.string()),
  }),
});

/** A line of a file of records, as it is written: names in snake case. Names that are not known are left alone. */
export const recordSchema = z.object({
  problem_id: answer,
  question: maybe(z.string()),
  question_hash: maybe(z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal digits")),
  answer_kind: maybe(z.enum(kinds)),
  gold: maybe(answer),
  samples: z.array(sample),
  solve: maybe(solve),
  versions: maybe(
    z.object({
      schema: maybe(z.int().min(1).max(RECORD_SCHEMA)),
      reckon: maybe(z.string()),
      model: maybe(z.string()),
    }),
  ),
  labels: maybe(z.record(z.string(), z.union([z.string(), z.number()]))),
});
