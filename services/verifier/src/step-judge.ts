import type { Problem, Verdict, VerifierName } from "@reckon/core";

/** A verdict and the tokens that a model read and wrote for it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly tokens: number;
  /** Their price; absent where it is not known. */
  readonly costUsd?: number;
}

/**
 * One verifier at work on the samples of one problem. Steps of a sample come in order; it always judges, and where it cannot
 * it abstains: nothing rejects. Verdicts on a sample that was dropped meanwhile are of no interest.
 */
export interface JudgeScoring {
  step(sample: number, text: string, last: boolean): Judgement | Promise<Judgement>;
  /** Called when all steps of the sample that were sent before have been judged. */
  answer(sample: number, text: string): Judgement | Promise<Judgement>;
  drop(sample: number): void;
  close(): void;
}

/** One kind of verifier. */
export interface StepJudge {
  readonly name: VerifierName;
  open(problem: Problem): JudgeScoring;
}
