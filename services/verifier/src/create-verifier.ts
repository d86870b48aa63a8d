import type { Verifier } from "@reckon/core";
import { createScoring } from "./scoring.ts";
import type { StepJudge } from "./step-judge.ts";

/** One core `Verifier` of several judges: each step and each answer brings one event with a verdict of every judge. */
export function createVerifier(judges: readonly StepJudge[]): Verifier {
  return {
    names: judges.map((judge) => judge.name),
    open: async (problem) => createScoring(judges.map((judge) => judge.open(problem))),
  };
}
