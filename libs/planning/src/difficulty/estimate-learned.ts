import type { Problem, Signal } from "@reckon/core";
import { type DifficultyEstimate, estimateDifficulty, type HistorySummary } from "../estimate-difficulty.ts";
import { SIGNAL_WEIGHTS } from "../text-signals.ts";
import { difficultyFeatures, featureNames } from "./difficulty-features.ts";
import { correlationOf, effectiveVotes } from "./dispersion.ts";
import { expectOf, type LearnedDifficulty, type SimilarSamples } from "./learned-difficulty.ts";

/** What similar outcomes are worth to what was learned; `undefined` where there are none. */
export function similarSamples(learned: LearnedDifficulty, history: HistorySummary): SimilarSamples | undefined {
  const { count, errorRate, samples = count, sameTemplate = false } = history;
  if (count === 0 || errorRate === undefined) return undefined;
  const correlation = correlationOf(sameTemplate ? learned.templateScatter : learned.scatter);
  return { sameTemplate, worth: count * effectiveVotes(samples / count, correlation), rightShare: 1 - errorRate };
}

/**
 * Estimates how hard a problem is by what was learned; where nothing was, as `estimateDifficulty` does. The score is one minus
 * the mean of the prior. The signals are those of the text and of the history; their weights say how much each counts now, by
 * how steeply it moves what is expected, and sum to 1.
 */
export function estimateLearned(
  problem: Problem,
  history: HistorySummary,
  learned: LearnedDifficulty | undefined,
): DifficultyEstimate {
  const start = estimateDifficulty(problem, history);
  if (learned === undefined || learned.outcomes + learned.trained === 0) return start;
  const { mean, strength, historyShare } = expectOf(
    learned,
    difficultyFeatures(problem),
    similarSamples(learned, history),
  );
  return {
    ...start,
    difficulty: {
      ...start.difficulty,
      score: 1 - mean,
      signals: reweighed(start.difficulty.signals, learned, historyShare),
      priorAlpha: strength * mean,
      priorBeta: strength * (1 - mean),
      learnedOutcomes: learned.outcomes,
      trainedQuestions: learned.trained,
    },
  };
}

function reweighed(signals: readonly Signal[], learned: LearnedDifficulty, historyShare: number): Signal[] {
  const weights = signalWeights(learned, historyShare);
  return signals.map((signal) => ({ ...signal, weight: weights[signal.name] }));
}

/**
 * How much each signal counts after learning; they sum to 1. History has its share in what is expected, at least its start
 * weight; the others divide the rest by how much error rises with them. One that would lower it counts nothing.
 */
export function signalWeights(learned: LearnedDifficulty, historyShare = 0): Record<Signal["name"], number> {
  const weightOf = (name: string) => learned.belief.mean[featureNames.indexOf(name)] ?? 0;
  // The slope of the start score's logit where it is steepest to read: at one half.
  const slope = 4 * weightOf("start");
  // A signal v enters as 2 v - 1, and what raises P(right) lowers the error.
  const ofSignal = (name: "length" | "vocabulary" | "syntactic_depth") =>
    Math.max(0, slope * SIGNAL_WEIGHTS[name] - 2 * weightOf(name));
  const domains = Object.keys(learned.byDomain).map((domain) => Math.abs(weightOf(`domain ${domain}`)));
  const ofDomain = domains.reduce((sum, one) => sum + one, 0) / Math.max(1, domains.length);
  const raw = {
    length: ofSignal("length"),
    vocabulary: ofSignal("vocabulary"),
    syntactic_depth: ofSignal("syntactic_depth"),
    domain: Math.max(0, slope * SIGNAL_WEIGHTS.domain) + ofDomain,
  };
  const history = Math.max(SIGNAL_WEIGHTS.history, historyShare);
  const total = Object.values(raw).reduce((sum, one) => sum + one, 0);
  if (total === 0) return { ...SIGNAL_WEIGHTS };
  const part = (one: number) => ((1 - history) * one) / total;
  return {
    length: part(raw.length),
    vocabulary: part(raw.vocabulary),
    syntactic_depth: part(raw.syntactic_depth),
    domain: part(raw.domain),
    history,
  };
}
