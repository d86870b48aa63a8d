import { type Problem, questionOf, ReckonError } from "@reckon/core";
import { type DifficultyEstimate, emptyHistory, estimateDifficulty } from "@reckon/planning";
import type { Learner } from "./learner.ts";
import { ownFeaturesOf } from "./own-features.ts";

/**
 * Estimates problems from what was learned and from how similar ones went. A history that cannot be read counts as none, and
 * `warn` is told, each time for another reason.
 */
export function createEstimator({
  learner,
  warn,
}: {
  readonly learner: Learner;
  readonly warn: (message: string) => void;
}): (problem: Problem) => DifficultyEstimate {
  let lastFailure: string | undefined;
  return (problem) => {
    try {
      const estimate = learner.estimate(problem, ownFeaturesOf(questionOf(problem)));
      lastFailure = undefined;
      return estimate;
    } catch (error) {
      const { message } = ReckonError.from(error);
      if (message !== lastFailure) warn(`estimating without history: ${message}`);
      lastFailure = message;
      return estimateDifficulty(problem, emptyHistory);
    }
  };
}
