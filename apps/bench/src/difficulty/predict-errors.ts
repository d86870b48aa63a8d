import { problemFromPrompt } from "@reckon/core";
import { classifyDomain, trainDifficulty } from "@reckon/planning";
import { createLearnedStates, createLearner } from "@reckon/service-difficulty/learned";
import { createPrng } from "@reckon/stats";
import { featuresOf, openStore } from "@reckon/store";
import type { AskedQuestion } from "./asked-question.ts";

/**
 * What is learned before predicting: nothing (`start`); outcomes as a live solve tells them, votes and confidence (`live`); the
 * same with whether the answer was right (`known`); samples labelled one by one, offline (`trained`).
 */
export type Learning = "start" | "live" | "known" | "trained";

/** All of them. */
export const learnings: readonly Learning[] = ["start", "live", "known", "trained"];

/** A question with the error that was predicted by each repetition, and the one that was seen. */
export interface PredictedError {
  readonly asked: AskedQuestion;
  /** One a repetition, in [0, 1]. */
  readonly predicted: readonly number[];
  /** Share of its samples that were wrong. */
  readonly observed: number;
}

/** What to repeat. */
export interface PredictOptions {
  /** Outcomes that are learned, in an order drawn by each seed. `trained` uses all of the questions. */
  readonly outcomes: number;
  readonly seeds: readonly number[];
}

/** Learns from some questions and predicts others, by the difficulty service's own learner over a store in memory. */
export function predictErrors(
  from: readonly AskedQuestion[],
  of: readonly AskedQuestion[],
  learning: Learning,
  { outcomes, seeds }: PredictOptions,
): PredictedError[] {
  // Nothing is drawn where nothing is learned, or everything.
  const draws = learning === "start" || learning === "trained" ? seeds.slice(0, 1) : seeds;
  const runs = draws.map((seed) => predictOnce(createPrng(seed).shuffle(from).slice(0, outcomes), from, of, learning));
  return of.map((asked, index) => ({
    asked,
    predicted: runs.map((run) => run[index] as number),
    observed: 1 - asked.right / asked.samples,
  }));
}

function predictOnce(
  drawn: readonly AskedQuestion[],
  all: readonly AskedQuestion[],
  of: readonly AskedQuestion[],
  learning: Learning,
): number[] {
  const store = openStore();
  const fail = (message: string) => {
    throw new Error(message);
  };
  const learner = createLearner(store, fail);
  const features = (question: string) => featuresOf(question, classifyDomain(question));
  try {
    if (learning === "trained") {
      createLearnedStates(store, fail).keepTrained({ ...trainDifficulty(all), trainedId: "bench" });
    } else if (learning !== "start") {
      for (const { id, question, outcome } of drawn) {
        const difficulty = learner.estimate(problemFromPrompt(question), features(question)).difficulty.score;
        learner.record({
          ...{ solveId: id, features: features(question), difficulty, prompt: question },
          ...outcome,
          correct: learning === "known" ? outcome.correct : undefined,
        });
      }
    }
    return of.map(({ question }) => learner.estimate(problemFromPrompt(question), features(question)).difficulty.score);
  } finally {
    store.close();
  }
}
