import {
  AsyncQueue,
  problemFromPrompt,
  type Scoring,
  type ScoringEvent,
  type Verdict,
  type Verifier,
} from "@reckon/core";
import { describe, expect, it } from "vitest";
import { createJudge, type Judge } from "./judge.ts";
import type { Mail } from "./mail.ts";

const checked = (score: number): Verdict => ({ verifier: "checker", score });
const scored = (score: number): Verdict => ({ verifier: "prm", score });
const silent: Verdict = { verifier: "prm", abstention: "there is no model" };

function judgeOf(names: Verifier["names"] = ["prm", "checker"]): Judge {
  const scoring: Scoring = {
    events: new AsyncQueue<ScoringEvent>(),
    step: () => undefined,
    answer: () => undefined,
    drop: () => undefined,
    finish: () => undefined,
    close: () => undefined,
  };
  const verifier: Verifier = { names, open: async () => scoring };
  return createJudge(verifier, problemFromPrompt("What is 6 * 7?"), "min", new AsyncQueue<Mail>());
}

/** The score of a sample with these verdicts on its steps and, where given, on its answer. */
function scoreOf(steps: readonly Verdict[][], answer?: Verdict[]): number | undefined {
  const judge = judgeOf();
  steps.forEach((verdicts, step) => {
    judge.step(0, step, "a line", false);
    judge.receive({ type: "step-verdicts", sample: 0, step, verdicts, verifierTokens: 0 });
  });
  if (answer) judge.receive({ type: "answer-verdicts", sample: 0, verdicts: answer, verifierTokens: 0 });
  return judge.scoreOf(0);
}

describe("the score of a chain", () => {
  it("is not made of true lines: without a model that scores, a chain has none", () => {
    expect(scoreOf([[checked(1)], [checked(1)]])).toBeUndefined();
    expect(scoreOf([[checked(1), silent]])).toBeUndefined();
  });

  it("is that of the model where the checker finds the lines true", () => {
    expect(scoreOf([[checked(1), scored(0.7)], [scored(0.9)]])).toBe(0.7);
  });

  it("is that of a false line, whoever else likes it", () => {
    expect(scoreOf([[checked(0), scored(0.9)]])).toBe(0);
    expect(scoreOf([[checked(1)], [checked(0)]])).toBe(0);
  });

  it("counts a check of the answer itself, also alone", () => {
    expect(scoreOf([[checked(1)]], [checked(1)])).toBeGreaterThan(0.9);
    expect(scoreOf([[checked(1)]], [checked(0)])).toBeLessThan(0.1);
  });

  it("is to be expected only of verifiers that score chains", () => {
    expect(judgeOf(["prm", "checker"]).scores).toBe(true);
    expect(judgeOf(["checker"]).scores).toBe(false);
  });
});
