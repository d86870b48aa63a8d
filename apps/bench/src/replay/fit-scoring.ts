import type { ScoreAggregation } from "@reckon/core";
import type { Scoring } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { withinQuestionAuc } from "../discrimination.ts";
import type { ProblemRecord } from "../sample-record.ts";
import { prmScore, weightedVoteOf } from "../selectors.ts";

const aggregations: readonly ScoreAggregation[] = ["min", "last", "product", "mean"];
const powers = [0.25, 0.5, 1, 2, 4];

/** One way to turn scores of steps into votes, and what it reaches. */
export interface TriedScoring extends Scoring {
  /** Accuracy of a weighted vote of 8 (or of all samples where there are fewer), in [0, 1]. */
  readonly vote: number;
  /** Mean AUC of the score over the samples of a question. */
  readonly auc: number;
}

/** Tries every aggregation with every power; the best vote first. */
export function tryScorings(problems: readonly ProblemRecord[]): TriedScoring[] {
  const size = Math.min(8, ...problems.map((problem) => problem.samples.length));
  return aggregations
    .flatMap((aggregation) => {
      const auc = withinQuestionAuc(problems, (sample) => prmScore(sample, aggregation))?.value ?? 0.5;
      return powers.map((votePower): TriedScoring => {
        const votes = problems.map((problem) =>
          weightedVoteOf(problem, size, (sample) => prmScore(sample, aggregation) ** votePower),
        );
        return { aggregation, votePower, vote: mean(votes) ?? 0, auc };
      });
    })
    .sort((a, b) => b.vote - a.vote);
}
