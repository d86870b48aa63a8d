import type { SampleEnd, SampleUsage } from "@reckon/core";
import { groupConfidence } from "@reckon/planning";
import { createStepTracker, isAnswerLine, type StepTracker } from "./step-tracker.ts";

/** One sample of a solve, from its start to its settlement. */
export interface SampleRecord {
  readonly sample: number;
  readonly tracker: StepTracker;
  text: string;
  outputTokens: number;
  /** What is known of its usage before it has ended: the tokens seen. */
  readonly usageSoFar: SampleUsage;
  logprobSum: number;
  logprobCount: number;
  /** Of each token, as far as they are known. */
  readonly logprobs: number[];
  /** Why it is being cancelled, where that is not that thinking has ended. */
  cancelling: "pruned" | "length" | undefined;
  /** How many samples had ended when it was started, and when it was cut. */
  readonly startedAfter: number;
  cutAfter: number | undefined;
  /** Score of its vote. */
  score: number | undefined;
  /** Set when the backend has said how it ended. */
  end: { readonly reason: SampleEnd; readonly usage: SampleUsage; readonly failure: string | undefined } | undefined;
  /** Its answer, once it has ended with one; the vote may wait for verdicts. */
  answer: string | undefined;
}

/** A sample that has just been started. */
export function createSampleRecord(sample: number, startedAfter = 0): SampleRecord {
  return {
    sample,
    tracker: createStepTracker(),
    text: "",
    outputTokens: 0,
    get usageSoFar() {
      return { promptTokens: 0, cachedPromptTokens: 0, outputTokens: this.outputTokens };
    },
    logprobSum: 0,
    logprobCount: 0,
    logprobs: [],
    cancelling: undefined,
    startedAfter,
    cutAfter: undefined,
    score: undefined,
    end: undefined,
    answer: undefined,
  };
}

/** Steps of reasoning so far: lines that have ended and do not state the answer. */
export function reasoningSteps(record: SampleRecord): number {
  return record.tracker.steps.filter((step) => !isAnswerLine(step.text)).length;
}

/** Log-probability of all that the sample has said, in nats; `undefined` where its backend did not tell it of every token. */
export function chainLogprob({ logprobCount, logprobSum, outputTokens }: SampleRecord): number | undefined {
  return logprobCount > 0 && logprobCount >= outputTokens ? logprobSum : undefined;
}

/** What the model was least sure of in the whole sample, by `groupConfidence`; `undefined` as for `chainLogprob`. */
export function leastSure(record: SampleRecord): number | undefined {
  return chainLogprob(record) === undefined ? undefined : groupConfidence(record.logprobs)?.lowest;
}
