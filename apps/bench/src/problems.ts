import { areEquivalent } from "@reckon/answers";
import type { AnswerKind } from "@reckon/core";
import { BANDS, type Band, generateProblems, type Split } from "@reckon/models";

/** A test problem with its right answer. */
export interface TestProblem {
  readonly id: string;
  readonly family: string;
  readonly band: Band;
  readonly prompt: string;
  readonly steps: readonly string[];
  readonly gold: string;
  /** As the services name it: a set of roots is of kind `number`. */
  readonly answerKind: AnswerKind;
}

/** The bands, easy first, and all of them together. */
export const groups = ["all", ...BANDS] as const;

/** Problems that no training has seen, a third in each band; same split and seed, same problems. */
export function testProblems(count: number, seed: number, split: Split = "test"): TestProblem[] {
  return generateProblems({ seed, split, count }).map((problem) => ({
    id: problem.id,
    family: problem.family,
    band: problem.band,
    prompt: problem.prompt,
    steps: problem.steps,
    gold: problem.answer,
    answerKind: "number",
  }));
}

/** The seed of a problem's solve, by its place among the problems of a run with a seed. */
export function solveSeed(seed: number, place: number): number {
  return seed * 1_000_003 + place;
}

/** Whether an answer is the right one; none is not. */
export function isRight(
  answer: string | undefined,
  { gold, answerKind }: Pick<TestProblem, "gold" | "answerKind">,
): boolean {
  return answer !== undefined && areEquivalent(answer, gold, answerKind);
}
