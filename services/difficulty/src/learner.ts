import { localTenant, type Problem, problemFromPrompt } from "@reckon/core";
import {
  type DifficultyEstimate,
  type Drift,
  difficultyFeatures,
  estimateLearned,
  expectOf,
  type HistorySummary,
  type LearnedDifficulty,
  learnOutcome,
  nothingLearned,
  similarSamples,
  solveEvidence,
} from "@reckon/planning";
import type { OutcomeRecord, ProblemFeatures, Store } from "@reckon/store";
import { createLearnedStates } from "./learned-states.ts";

/** Similar outcomes to look at; more would say little new. */
const maxOutcomes = 50;

/** What one outcome taught. */
export interface Lesson {
  /** Distance of the share of wrong samples from what was expected, in [0, 1]. */
  readonly absoluteError: number;
  readonly drift: Drift | undefined;
}

/** Estimates by what was learned, and learns. */
export interface Learner {
  /** Throws where the store cannot be read. */
  estimate(problem: Problem, features: ProblemFeatures): DifficultyEstimate;
  /**
   * Keeps an outcome and learns from it, both or neither; several processes may do so at once over one file. `undefined` where
   * this solve was recorded before, which changes nothing. Throws where the store cannot be written.
   */
  record(outcome: OutcomeRecord & { readonly prompt: string }): Lesson | undefined;
}

/** A learner over a store; `now` is the time in milliseconds since 1970, `warn` is told of states that cannot be read. */
export function createLearner(store: Store, warn: (message: string) => void, now: () => number = Date.now): Learner {
  const states = createLearnedStates(store, warn);
  const known = (features: ProblemFeatures) => {
    const learned = states.of(features.tenant ?? localTenant.id);
    return { learned, history: historyOf(store, features, learned) };
  };
  return {
    estimate(problem, features) {
      const { learned, history } = known(features);
      return estimateLearned(problem, history, learned);
    },
    record: (outcome) =>
      store.atomically(() => {
        const { learned = nothingLearned, history } = known(outcome.features);
        if (!store.recordOutcome(outcome)) return undefined;
        const features = difficultyFeatures(problemFromPrompt(outcome.prompt));
        const evidence = solveEvidence({ ...outcome, confidence: outcome.confidence?.value });
        const similar = similarSamples(learned, history);
        const next = learnOutcome(learned, { features, evidence, similar, atMs: now() });
        states.keep(outcome.features.tenant ?? localTenant.id, next.learned);
        const share = (evidence.chance * evidence.agreeing) / evidence.votes;
        return { absoluteError: Math.abs(expectOf(learned, features, similar).mean - share), drift: next.drift };
      }),
  };
}

/** What similar outcomes say; those from before questions drifted say nothing of those after it. */
function historyOf(store: Store, features: ProblemFeatures, learned: LearnedDifficulty | undefined): HistorySummary {
  const { count, samples, right, sameTemplate } = store.history(features, maxOutcomes, learned?.drift.lastAtMs);
  return { count, errorRate: samples === 0 ? undefined : 1 - right / samples, samples, sameTemplate };
}
