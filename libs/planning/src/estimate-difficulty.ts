import { inferAnswerKind } from "@reckon/answers";
import {
  type AnswerKind,
  type Difficulty,
  type Problem,
  type ProblemRecord,
  problemFromPrompt,
  questionOf,
  type Signal,
} from "@reckon/core";
import { classifyDomain, domainOfRecord, type ProblemDomain } from "./problem-domain.ts";
import type { BetaPrior } from "./scored-vote.ts";
import { domainSignal, lengthSignal, SIGNAL_WEIGHTS, syntacticDepthSignal, vocabularySignal } from "./text-signals.ts";

/** What is known of similar past problems. */
export interface HistorySummary {
  /** Past outcomes that it rests on; >= 0. */
  readonly count: number;
  /** Share of their samples that went wrong, in [0, 1]; `undefined` where there are none. */
  readonly errorRate: number | undefined;
  /** Samples of those outcomes that voted. Default: one an outcome. */
  readonly samples?: number;
  /** True where all of them are of the same template, alike but for their numbers. Default false. */
  readonly sameTemplate?: boolean;
}

/** No past at all. */
export const emptyHistory: HistorySummary = { count: 0, errorRate: undefined };

/** What is thought of a problem before anybody works on it. */
export interface DifficultyEstimate {
  readonly difficulty: Difficulty;
  readonly domain: ProblemDomain;
  readonly answerKind: AnswerKind;
}

/**
 * Pseudo-counts that text alone is worth: few, so that the prior has the shape of a U, since most questions are either within
 * a model's reach or out of it. By maximum likelihood on recorded samples of the embedded model.
 */
const TEXT_STRENGTH = 1;
/** Where the domain is not known nothing speaks for the estimate: fewer still, and more likely wrong than right. */
const UNKNOWN_STRENGTH = 0.5;
const UNKNOWN_ERROR = 0.6;
/** Past outcomes never count for more pseudo-samples than this: each problem is still its own. */
const MAX_HISTORY_STRENGTH = 6;

/**
 * Estimates how hard a problem is from its text and from similar outcomes: five signals, each in [0, 1], weighed 0.30
 * length, 0.25 vocabulary, 0.20 syntactic depth, 0.15 domain, 0.10 history; their sum is the score, P(one sample is wrong).
 * Without history that signal repeats what the other four say. The prior is a Beta with the mean 1 - score, drawn towards
 * the past error rate by as many pseudo-counts as there are outcomes (at most 6). Pure: equal inputs, equal estimates.
 */
export function estimateDifficulty(problem: Problem, history: HistorySummary = emptyHistory): DifficultyEstimate {
  const text = questionOf(problem);
  const domain = classifyDomain(text);
  const signals = [lengthSignal(text), vocabularySignal(text), syntacticDepthSignal(text), domainSignal(domain)];
  signals.push(historySignal(history, signals));
  const score = signals.reduce((sum, signal) => sum + signal.weight * signal.value, 0);
  const ofText = textPrior(score, domain);
  const past = history.errorRate === undefined ? 0 : Math.min(history.count, MAX_HISTORY_STRENGTH);
  const wrong = ofText.beta + past * clamp(history.errorRate ?? 0);
  return {
    difficulty: {
      score: Math.min(1, Math.max(0, score)),
      signals,
      priorAlpha: ofText.alpha + ofText.beta + past - wrong,
      priorBeta: wrong,
      historyCount: history.count,
      overridden: false,
    },
    domain,
    answerKind: problem.answerKind ?? inferAnswerKind(text),
  };
}

/** The prior that a text's score is worth. */
function textPrior(score: number, domain: string | undefined): BetaPrior {
  const known = domain !== "general";
  const strength = known ? TEXT_STRENGTH : UNKNOWN_STRENGTH;
  const wrong = strength * clamp(known ? score : Math.max(score, UNKNOWN_ERROR));
  return { alpha: strength - wrong, beta: wrong };
}

/**
 * The prior that votes are weighed against: what the text alone says, or the client's word. What was learned of past questions plans N,
 * K and rounds, but is left out here: calibrators are fitted with the text's prior, and one that was learned from earlier solves'
 * own confidence would count that twice (docs/decisions/0019). Without signals of the text, the difficulty's own prior.
 */
export function votePrior(difficulty: Difficulty, domain: string | undefined): BetaPrior {
  const text = difficulty.signals.filter(({ name }) => name !== "history");
  if (difficulty.overridden || text.length === 0) return { alpha: difficulty.priorAlpha, beta: difficulty.priorBeta };
  // By the start's weights: those of a signal may have been learned anew.
  const weights = text.reduce((sum, { name }) => sum + SIGNAL_WEIGHTS[name], 0);
  return textPrior(text.reduce((sum, { name, value }) => sum + SIGNAL_WEIGHTS[name] * value, 0) / weights, domain);
}

/** The prior of a recorded problem's votes: as when it was solved, else what its text says, else `unknown`. */
export function priorOfRecord(record: ProblemRecord, unknown: BetaPrior): BetaPrior {
  const { question, solve } = record;
  if (solve === undefined && question === undefined) return unknown;
  const difficulty = solve?.difficulty ?? estimateDifficulty(problemFromPrompt(question ?? "")).difficulty;
  return votePrior(difficulty, domainOfRecord(record));
}

/** A difficulty that the client set itself: no signals, and the prior that goes with it. Score in [0, 1]. */
export function overriddenDifficulty(score: number): Difficulty {
  const wrong = TEXT_STRENGTH * clamp(score);
  return {
    score,
    signals: [],
    priorAlpha: TEXT_STRENGTH - wrong,
    priorBeta: wrong,
    historyCount: 0,
    overridden: true,
  };
}

function historySignal(history: HistorySummary, others: readonly Signal[]): Signal {
  const weight = SIGNAL_WEIGHTS.history;
  if (history.count === 0 || history.errorRate === undefined) {
    const sum = others.reduce((total, signal) => total + signal.weight * signal.value, 0);
    const value = sum / others.reduce((total, signal) => total + signal.weight, 0);
    return { name: "history", value, weight, detail: "no similar outcomes yet: as the other signals" };
  }
  const value = Math.min(1, Math.max(0, history.errorRate));
  const detail = `${Math.round(value * 100)} % of samples wrong in ${history.count} similar outcomes`;
  return { name: "history", value, weight, detail };
}

/** Keeps both counts of the prior above 0. */
function clamp(probability: number): number {
  return Math.min(0.95, Math.max(0.05, probability));
}
