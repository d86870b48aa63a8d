import { type CheckResult, createChecker, type SampleChecker } from "@reckon/answers";
import { questionOf } from "@reckon/core";
import { abstainingJudge } from "./abstaining-judge.ts";
import { holdsNumber } from "./holds-number.ts";
import type { Judgement, StepJudge } from "./step-judge.ts";

function judgement(result: CheckResult): Judgement {
  const verdict =
    result.score === undefined
      ? ({ verifier: "checker", abstention: result.abstention } as const)
      : ({ verifier: "checker", score: result.score } as const);
  return { verdict, tokens: 0 };
}

/** The programmatic checker: arithmetic in steps, answers by substitution and evaluation; 1, 0 or an abstention. */
export const checkerJudge: StepJudge = {
  name: "checker",
  open(problem) {
    const question = questionOf(problem);
    if (!holdsNumber(question)) return abstainingJudge("checker", "the question holds no number").open(problem);
    const checker = createChecker(question);
    const samples = new Map<number, SampleChecker>();
    return {
      step(sample, text) {
        const open = samples.get(sample) ?? checker.openSample();
        samples.set(sample, open);
        return judgement(open.step(text));
      },
      answer: (_sample, text) => judgement(checker.answer(text)),
      drop: (sample) => void samples.delete(sample),
      close: () => samples.clear(),
    };
  },
};
