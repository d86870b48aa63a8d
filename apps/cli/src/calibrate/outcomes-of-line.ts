import { aggregateScores, type ConfidenceKind, problemFromPrompt } from "@reckon/core";
import {
  classifyDomain,
  countFeatures,
  estimateDifficulty,
  profileOf,
  rawFeature,
  type ScoredVote,
  voteStateOf,
} from "@reckon/planning";
import { z } from "zod";
import type { KnownOutcome } from "./known-outcome.ts";

const share = z.number().min(0).max(1);
const kinds = ["agreement", "verifier", "logprob", "calibrated"] as const satisfies readonly ConfidenceKind[];

/** How one solve ended: its confidence and whether its answer was right. */
const outcomeLine = z.object({
  confidence: z.union([share, z.object({ value: share, kind: z.enum(kinds).optional() })]),
  kind: z.enum(kinds).optional(),
  correct: z.union([z.boolean(), z.literal([0, 1])]),
  votes: z.int().min(1).max(1e6).optional(),
  votes_for_answer: z.int().min(0).max(1e6).optional(),
  domain: z.string().min(1).max(64).optional(),
  model: z.string().optional(),
  problem_id: z.union([z.string(), z.number()]).optional(),
});

const sampleOf = z.object({
  answer: z.union([z.string(), z.number()]).nullish(),
  cluster: z.number().nullish(),
  canonical: z.string().nullish(),
  correct: z.boolean().optional(),
  score: share.nullish(),
  stepScores: z.array(share).optional(),
  sumLogprob: z.number().nullish(),
});

/** Recorded samples of one problem, ours or anybody's. */
const recordLine = z.object({
  problem_id: z.union([z.string(), z.number()]).optional(),
  id: z.union([z.string(), z.number()]).optional(),
  prompt: z.string().optional(),
  gold: z.union([z.string(), z.number()]).optional(),
  model: z.string().optional(),
  domain: z.string().optional(),
  samples: z.array(sampleOf).min(1),
});

/** Votes after which a recorded problem is looked at. */
const voteCounts = [1, 2, 3, 5, 8, 16, 32, 64];
const noPrompt = { alpha: 0.5, beta: 0.5 };

/** What lines before it have said of those that follow: the model that made the records. */
export interface LineContext {
  readonly model: string | undefined;
}

/**
 * The outcomes that a line of JSON tells: one, of a line `{"confidence", "kind"?, "correct", "votes"?, "votes_for_answer"?,
 * "domain"?, "model"?, "problem_id"?}`; several, of recorded samples `{"samples": [{"answer", "correct"?, "score"?, ...}], "gold",
 * ...}`, one for each number of votes; none of a line that only says where records come from. Throws `RangeError` for others.
 */
export function outcomesOfLine(line: unknown, context: LineContext): KnownOutcome[] {
  if (typeof line !== "object" || line === null) throw new RangeError("is not a JSON object");
  if ("samples" in line) return outcomesOfRecord(parsed(recordLine, line), context);
  if ("origin" in line) return [];
  return [outcomeOf(parsed(outcomeLine, line), context)];
}

function parsed<T>(schema: z.ZodType<T>, line: unknown): T {
  const read = schema.safeParse(line);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RangeError(`${issue?.path.join(".") || "line"}: ${issue?.message ?? "does not fit"}`);
}

function outcomeOf(line: z.output<typeof outcomeLine>, context: LineContext): KnownOutcome {
  const { confidence: said, votes, votes_for_answer: mine, problem_id: problem } = line;
  const confidence = typeof said === "number" ? said : said.value;
  return {
    kind: line.kind ?? (typeof said === "number" ? undefined : said.kind) ?? "agreement",
    confidence,
    features: {
      raw: rawFeature(confidence),
      ...(votes !== undefined && mine !== undefined && countFeatures(Math.min(mine, votes), votes)),
    },
    correct: Boolean(line.correct),
    domain: line.domain,
    model: line.model ?? context.model,
    group: problem === undefined ? undefined : String(problem),
  };
}

function outcomesOfRecord(line: z.output<typeof recordLine>, context: LineContext): KnownOutcome[] {
  const { gold, prompt } = line;
  const profile = profileOf(line.model ?? context.model ?? "");
  const right = new Set<string>();
  const votes = line.samples.flatMap((one, sample): ScoredVote[] => {
    if (one.answer === undefined || one.answer === null || one.answer === "") return [];
    const canonical = one.canonical ?? (typeof one.cluster === "number" ? `#${one.cluster}` : String(one.answer));
    if (one.correct ?? (gold !== undefined && String(one.answer) === String(gold))) right.add(canonical);
    const { aggregation } = profile.scoring;
    const score = one.score ?? (one.stepScores && aggregateScores(one.stepScores, aggregation)) ?? undefined;
    return [
      { ...{ sample, canonical, answer: String(one.answer), weight: 1, score }, logprob: one.sumLogprob ?? undefined },
    ];
  });
  const priorOf = (text: string) => {
    const { priorAlpha: alpha, priorBeta: beta } = estimateDifficulty(problemFromPrompt(text)).difficulty;
    return { alpha, beta };
  };
  const prior = prompt === undefined ? noPrompt : priorOf(prompt);
  const counts = voteCounts.filter((count) => count < votes.length).concat(votes.length);
  return counts.flatMap((count): KnownOutcome[] => {
    const state = voteStateOf(votes.slice(0, count), { prior, selection: "weighted-vote", profile });
    if (state === undefined) return [];
    return [
      {
        ...{ kind: state.kind, signs: state.signs, confidence: state.raw, features: state.features },
        correct: right.has(state.leader),
        domain: line.domain ?? (prompt === undefined ? undefined : classifyDomain(prompt)),
        model: line.model ?? context.model,
        group: String(line.problem_id ?? line.id ?? ""),
      },
    ];
  });
}
