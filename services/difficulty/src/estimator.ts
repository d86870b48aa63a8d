import { type Problem, questionOf, ReckonError } from "@reckon/core";
import { type DifficultyEstimate, emptyHistory, estimateDifficulty, type HistorySummary } from "@reckon/planning";
import type { ProblemFeatures, Store } from "@reckon/store";
import { ownFeaturesOf } from "./own-features.ts";

/** Similar outcomes to look at; more would say little new. */
const maxOutcomes = 50;

/**
 * Estimates problems from their text and from how similar ones went. A history that cannot be read counts as none, and
 * `warn` is told, each time for another reason.
 */
export function createEstimator({
  store,
  warn,
}: {
  readonly store: Store;
  readonly warn: (message: string) => void;
}): (problem: Problem) => DifficultyEstimate {
  let lastFailure: string | undefined;
  return (problem) => {
    const text = questionOf(problem);
    try {
      const history = historyOf(store, ownFeaturesOf(text));
      lastFailure = undefined;
      return estimateDifficulty(problem, history);
    } catch (error) {
      const { message } = ReckonError.from(error);
      if (message !== lastFailure) warn(`estimating without history: ${message}`);
      lastFailure = message;
      return estimateDifficulty(problem, emptyHistory);
    }
  };
}

function historyOf(store: Store, features: ProblemFeatures): HistorySummary {
  const { count, samples, right } = store.history(features, maxOutcomes);
  return { count, errorRate: samples === 0 ? undefined : 1 - right / samples };
}
