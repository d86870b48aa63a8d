import { inferAnswerKind } from "@reckon/answers";
import { type PlanOverrides, type Problem, questionOf } from "@reckon/core";
import { estimateDifficulty } from "@reckon/planning";
import type { Estimator } from "./estimate.ts";

/** Estimates from the text alone, in this process. */
export const estimateFromText: Estimator = async (problem) => estimateDifficulty(problem);

/**
 * Whether no estimate could change what is done for a problem: its client wants one sample, unverified, with so many steps, of
 * an answer in free text. Nothing is left to plan, nothing is voted on, and no confidence comes of it, so that asking the
 * difficulty service would only be a wait.
 */
export function needsNoEstimate({ samples, maxSteps, verificationRounds }: PlanOverrides, problem: Problem): boolean {
  if (samples !== 1 || verificationRounds !== 0 || maxSteps === undefined) return false;
  return (problem.answerKind ?? inferAnswerKind(questionOf(problem))) === "text";
}
