import type { VerifierName } from "@reckon/core";
import type { StepJudge } from "./step-judge.ts";

/** Stands in for a verifier that is not there: abstains from everything, and says why. */
export function abstainingJudge(name: VerifierName, reason: string): StepJudge {
  const judgement = { verdict: { verifier: name, abstention: reason }, tokens: 0 };
  const always = () => judgement;
  return { name, open: () => ({ step: always, answer: always, drop: () => undefined, close: () => undefined }) };
}
