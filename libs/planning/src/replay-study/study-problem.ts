import { createClusterer, inferAnswerKind, inferKindOfAnswers } from "@reckon/answers";
import { type AnswerKind, aggregateScores, type ProblemRecord, type SampleRecord } from "@reckon/core";
import { priorOfRecord } from "../estimate-difficulty.ts";
import { defaultProfile } from "../model-profile.ts";
import type { RecordedSample } from "../replay.ts";
import type { BetaPrior } from "../scored-vote.ts";
import type { Scoring } from "../weigh-votes.ts";
import type { StudyProblem } from "./replay-study.ts";

/** What of a record is to be seen. */
export interface StudyProblemOptions {
  /** Which signs of quality the rule and the votes may see, where they were recorded. Default: none. */
  readonly signs?: { readonly score?: boolean; readonly logprob?: boolean } | undefined;
  /** Default: that of `defaultProfile`; its aggregation makes a score of the steps' where the sample has none. */
  readonly scoring?: Scoring | undefined;
  /** Kind of all answers. Default: the record's, else what its question asks for, else what its answers have in common. */
  readonly answerKind?: AnswerKind | undefined;
  /** What is thought of P(one sample is right). Default: as recorded, else by the question, else nothing: Beta(1, 1). */
  readonly prior?: BetaPrior | undefined;
}

/** Nothing is known of the problem: every P(one sample is right) is as likely. */
const FLAT: BetaPrior = { alpha: 1, beta: 1 };

/**
 * A record as a study takes it: answers in clusters of equivalent ones, and which of these are right: by the samples' own
 * `correct` where they have it (most of a cluster), else by equivalence with `gold`, else not known. Samples that
 * were cancelled are left out: nobody knows what they would have said.
 */
export function studyProblem(record: ProblemRecord, options: StudyProblemOptions = {}): StudyProblem {
  const samples = record.samples.filter((sample) => sample.end !== "cancelled");
  const { question } = record;
  const answers = samples.flatMap(({ answer }) => answerOf(answer) ?? []);
  const kind = options.answerKind ?? record.answerKind ?? kindOf(record, answers);
  const clusterer = createClusterer(kind, question === undefined ? {} : { question });
  const marks = new Map<string, number>();
  const recorded = samples.map((sample): RecordedSample => {
    const answer = answerOf(sample.answer);
    const canonical = answer === undefined ? undefined : clusterer.add(answer);
    if (canonical !== undefined && sample.correct !== undefined) {
      marks.set(canonical, (marks.get(canonical) ?? 0) + (sample.correct ? 1 : -1));
    }
    return { canonical, outputTokens: sample.tokens, ...signsOf(sample, options) };
  });
  const gold = record.gold === undefined ? undefined : clusterer.add(record.gold);
  return {
    id: record.problemId,
    samples: recorded,
    prior: options.prior ?? priorOfRecord(record, FLAT),
    isRight(canonical) {
      const mark = marks.get(canonical);
      if (mark !== undefined) return mark > 0;
      return gold === undefined ? undefined : gold === canonical;
    },
  };
}

/** An answer of nothing but space is none. */
function answerOf(answer: string | undefined): string | undefined {
  return answer === undefined || answer.trim() === "" ? undefined : answer;
}

function kindOf({ question, gold }: ProblemRecord, answers: readonly string[]): AnswerKind {
  if (question !== undefined) return inferAnswerKind(question);
  return inferKindOfAnswers(gold === undefined ? answers : [gold]);
}

function signsOf(sample: SampleRecord, { signs = {}, scoring = defaultProfile.scoring }: StudyProblemOptions) {
  const steps = sample.steps?.flatMap(({ score }) => score ?? []) ?? [];
  const score = signs.score === true ? (sample.score ?? aggregateScores(steps, scoring.aggregation)) : undefined;
  const logprob = signs.logprob === true ? sample.logprob?.sum : undefined;
  return { ...(score !== undefined && { score }), ...(logprob !== undefined && { logprob }) };
}
