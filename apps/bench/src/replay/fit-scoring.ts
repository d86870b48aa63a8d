import type { ScoreAggregation } from "@reckon/core";
import { type Scoring, weighVotes } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { withinQuestionAuc } from "../discrimination.ts";
import type { ProblemRecord } from "../sample-record.ts";
import { prmScore, weightedVoteOf } from "../selectors.ts";

const aggregations: readonly ScoreAggregation[] = ["min", "last", "product", "mean"];
const powers = [0.5, 1, 2];
const logprobPowers = [0, 0.25, 0.5, 1];

/** One way to turn scores of steps into votes, and what it reaches. */
export interface TriedScoring extends Scoring {
  /** Accuracy of a weighted vote of 8 (or of all samples where there are fewer), in [0, 1]. */
  readonly vote: number;
  /** Mean AUC of the weight over the samples of a question. */
  readonly auc: number;
}

/** Tries every aggregation with every pair of powers; the best vote first. */
export function tryScorings(problems: readonly ProblemRecord[]): TriedScoring[] {
  const size = Math.min(8, ...problems.map((problem) => problem.samples.length));
  const tried = aggregations.flatMap((aggregation) =>
    powers.flatMap((votePower) => logprobPowers.map((logprobPower) => ({ aggregation, votePower, logprobPower }))),
  );
  return tried
    .map((scoring): TriedScoring => {
      const weigh = weigherOf(scoring);
      const votes = problems.map((problem) => weightedVoteOf(problem, size, weigh));
      return { ...scoring, vote: mean(votes) ?? 0, auc: withinQuestionAuc(problems, weigh)?.value ?? 0.5 };
    })
    .sort((a, b) => b.vote - a.vote);
}

/** The scoring with the best vote, and the best power of its scores where there are no log-probabilities. */
export function fitScoring(problems: readonly ProblemRecord[]): Scoring {
  const tried = tryScorings(problems);
  const [best] = tried;
  if (best === undefined) throw new RangeError("there are no records to fit on");
  const { aggregation, votePower, logprobPower } = best;
  const alone = tried.find((one) => one.logprobPower === 0 && one.aggregation === aggregation);
  return { aggregation, votePower, logprobPower, votePowerAlone: alone?.votePower };
}

/** The weight of one sample by itself, as a weighted vote of the product has it. */
function weigherOf(scoring: Scoring): (sample: ProblemRecord["samples"][number]) => number {
  return (sample) => {
    const score = prmScore(sample, scoring.aggregation);
    const vote = { sample: 0, canonical: "", answer: "", weight: 1, score, logprob: sample.sumLogprob };
    return weighVotes([vote], "weighted-vote", scoring)[0]?.weight ?? 0;
  };
}
