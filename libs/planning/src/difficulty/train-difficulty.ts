import { problemFromPrompt } from "@reckon/core";
import { fitBelief } from "@reckon/stats";
import { difficultyFeatures } from "./difficulty-features.ts";
import { correlationOf, effectiveVotes, updateDispersion } from "./dispersion.ts";
import { expectOf, type LearnedDifficulty, nothingLearned } from "./learned-difficulty.ts";

/** A question with how samples of it went. */
export interface LabelledQuestion {
  readonly question: string;
  /** Samples that were right; 0 to `samples`. */
  readonly right: number;
  /** >= 1. */
  readonly samples: number;
}

/** The scatter decides what samples are worth, and the weights what scatters: in turn, until neither moves much. */
const ROUNDS = 4;

/**
 * Learns from labelled questions at once, from nothing: the mode of the posterior and its curvature, and the scatter about it.
 * Their order does not matter. Throws `RangeError` where there are none.
 */
export function trainDifficulty(questions: readonly LabelledQuestion[]): LearnedDifficulty {
  if (questions.length === 0) throw new RangeError("training needs at least 1 question, got 0");
  const rows = questions.map((one) => ({ ...one, features: difficultyFeatures(problemFromPrompt(one.question)) }));
  let learned = nothingLearned;
  for (let round = 0; round < ROUNDS; round += 1) {
    const correlation = correlationOf(learned.scatter);
    const belief = fitBelief(
      nothingLearned.belief,
      rows.map(({ features, right, samples }) => {
        const trials = effectiveVotes(samples, correlation);
        return { features: features.values, trials, successes: (right / samples) * trials };
      }),
    );
    const fitted = { ...learned, belief };
    const scatter = rows.reduce((so, { features, right, samples }) => {
      const { mean } = expectOf(fitted, features, undefined);
      return updateDispersion(so, mean, { agreeing: right, votes: samples, chance: 1 });
    }, nothingLearned.scatter);
    learned = { ...fitted, scatter };
  }
  const byDomain: Record<string, number> = {};
  for (const { features } of rows) byDomain[features.domain] = (byDomain[features.domain] ?? 0) + 1;
  return { ...learned, trained: rows.length, byDomain };
}
