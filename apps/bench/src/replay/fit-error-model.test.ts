import { defaultErrorModel, type ScoredVote } from "@reckon/planning";
import { createPrng, logit, sigmoid } from "@reckon/stats";
import { describe, expect, it } from "vitest";
import { type ErrorModelCase, fitErrorModel, logLoss } from "./fit-error-model.ts";

/** Cases of a known kind: samples right with probability p, scores whose log-odds say so up to noise, few wrong answers. */
function casesOf(count: number, wrongAnswers: number, informative: boolean): ErrorModelCase[] {
  const random = createPrng(3);
  return Array.from({ length: count }, () => {
    const p = random.next();
    const votes = Array.from({ length: 4 }, (_, sample): ScoredVote => {
      const right = random.next() < p;
      const canonical = right ? "right" : `wrong ${random.integer(wrongAnswers)}`;
      const evidence = (informative ? (right ? 1 : -1) * 2 : 0) + 2 * (random.next() - 0.5);
      return { sample, canonical, answer: canonical, weight: 1, score: sigmoid(evidence) };
    });
    const truth = votes.some((vote) => vote.canonical === "right") ? "right" : undefined;
    return { votes, prior: { alpha: 1, beta: 1 }, truth };
  });
}

describe("fitErrorModel", () => {
  it("never fits worse than the model it began with", () => {
    const cases = casesOf(60, 3, true);
    expect(logLoss(cases, fitErrorModel(cases, true))).toBeLessThanOrEqual(logLoss(cases, defaultErrorModel));
  });

  it("trusts scores that tell right from wrong, and not those that do not", () => {
    const informed = fitErrorModel(casesOf(80, 3, true), true);
    const blind = fitErrorModel(casesOf(80, 3, false), true);
    expect(informed.slope * logit(0.9)).toBeGreaterThan(2 * blind.slope * logit(0.9));
  });

  it("takes wrong answers for more diverse where they are", () => {
    const few = fitErrorModel(casesOf(80, 1, true), true);
    const many = fitErrorModel(casesOf(80, 500, true), true);
    expect(many.diversity).toBeGreaterThan(few.diversity);
  });
});
