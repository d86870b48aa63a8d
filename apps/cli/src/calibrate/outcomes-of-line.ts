import { aggregateScores, type ConfidenceKind, type ProblemRecord } from "@reckon/core";
import {
  countFeatures,
  domainOfRecord,
  priorOfRecord,
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

/** Votes after which a recorded problem is looked at. */
const voteCounts = [1, 2, 3, 5, 8, 16, 32, 64];

/**
 * The outcome that a line of JSON tells: `{"confidence", "kind"?, "correct", "votes"?, "votes_for_answer"?, "domain"?, "model"?,
 * "problem_id"?}`. Throws `RangeError`, naming the field, for what does not fit.
 */
export function outcomeOfLine(line: unknown): KnownOutcome {
  return outcomeOf(parsed(outcomeLine, line));
}

function parsed<T>(schema: z.ZodType<T>, line: unknown): T {
  const read = schema.safeParse(line);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RangeError(`${issue?.path.join(".") || "line"}: ${issue?.message ?? "does not fit"}`);
}

function outcomeOf(line: z.output<typeof outcomeLine>): KnownOutcome {
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
    model: line.model,
    group: problem === undefined ? undefined : String(problem),
  };
}

/** What is thought of a problem of which neither text nor solve is known. */
const NEARLY_NOTHING = { alpha: 0.5, beta: 0.5 };

/**
 * The states of a recorded problem at several numbers of votes, whether its answer was right being known by `correct` of its
 * samples or by `gold`; none where neither is.
 */
export function outcomesOfRecord(record: ProblemRecord): KnownOutcome[] {
  const { gold, solve } = record;
  const model = record.versions?.model ?? solve?.plan.model;
  const profile = profileOf(model ?? "");
  const { aggregation } = profile.scoring;
  const right = new Set<string>();
  let isKnown = gold !== undefined;
  const votes = record.samples.flatMap((one, sample): ScoredVote[] => {
    if (one.answer === undefined || one.answer === "" || one.voted === false) return [];
    const canonical = one.canonical ?? one.answer;
    if (one.correct !== undefined) isKnown = true;
    if (one.correct ?? one.answer === gold) right.add(canonical);
    const steps = (one.steps ?? []).flatMap((step) => step.score ?? []);
    const score = one.score ?? aggregateScores(steps, aggregation);
    return [{ ...{ sample, canonical, answer: one.answer, weight: 1, score }, logprob: one.logprob?.sum }];
  });
  if (!isKnown || votes.length === 0) return [];
  const prior = priorOfRecord(record, NEARLY_NOTHING);
  const counts = voteCounts.filter((count) => count < votes.length).concat(votes.length);
  return counts.flatMap((count): KnownOutcome[] => {
    const state = voteStateOf(votes.slice(0, count), { prior, selection: "weighted-vote", profile });
    if (state === undefined) return [];
    return [
      {
        ...{ kind: state.kind, signs: state.signs, confidence: state.raw, features: state.features },
        correct: right.has(state.leader),
        domain: domainOfRecord(record),
        ...{ model, group: record.problemId },
      },
    ];
  });
}
