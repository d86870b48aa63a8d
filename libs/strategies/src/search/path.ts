import type { SampleUsage } from "@reckon/core";
import { createSampleRecord, type SampleRecord } from "../sample-record.ts";
import { isAnswerLine } from "../step-tracker.ts";

/** How far a path had come at some moment, for others to go on from. */
export interface PathState {
  readonly text: string;
  readonly isComplete: boolean;
  /** Sum of the log-probabilities of all its tokens, in nats; `undefined` where some are not known. */
  readonly logprob: number | undefined;
  readonly logprobCount: number;
  /** The path whose scores hold for it, where all of its steps have one. */
  readonly scoredAs: number | undefined;
}

/** A chain of thought that a search builds step by step: one sample to the outside, several generations behind it. */
export interface Path extends SampleRecord {
  /** Its text at its start: that of the path it was forked from. */
  readonly inherited: string;
  /** Nothing is to be added: it states its answer, or the model ended it. */
  isComplete: boolean;
  /** Steps that a verifier was asked about, inherited ones included. */
  asked: number;
  /** Its last line was cut off by a token limit and goes on. */
  isMidStep: boolean;
  /** Empty lines at its end. */
  blanks: number;
  /** What its generations have used together. */
  usage: SampleUsage;
  /** Tokens that the ledger has as those of an answer. */
  answerTokens: number;
  /** As in `PathState`, at its start. */
  readonly scoredAs: number | undefined;
}

/** The state of nothing yet. */
export const rootState: PathState = {
  ...{ text: "", isComplete: false, logprob: 0, logprobCount: 0, scoredAs: undefined },
};

/** A path that begins at a state. */
export function createPath(sample: number, from: PathState): Path {
  const record = createSampleRecord(sample);
  record.tracker.feed(from.text);
  return Object.assign(record, {
    text: from.text,
    logprobSum: from.logprob ?? 0,
    // A chain whose beginning is unknown has no probability of its own.
    logprobCount: from.logprob === undefined ? Number.NEGATIVE_INFINITY : from.logprobCount,
    inherited: from.text,
    isComplete: from.isComplete,
    asked: 0,
    isMidStep: false,
    blanks: 0,
    usage: { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 },
    answerTokens: 0,
    scoredAs: from.scoredAs,
  });
}

/** Whether the last line of a text states the answer. */
export function statesAnswer(text: string): boolean {
  return isAnswerLine(text.slice(text.lastIndexOf("\n") + 1).trim());
}

/** The lines of a path so far, those that are no step left out. */
export function stepsOf(text: string): string[] {
  return text.split("\n").flatMap((line) => line.trim() || []);
}

/** The sum of two usages. */
export function addUsage(a: SampleUsage, b: SampleUsage): SampleUsage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedPromptTokens: a.cachedPromptTokens + b.cachedPromptTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
