import { defaultProfile, type ErrorModel, type ScoredVote } from "@reckon/planning";
import { createPrng, sigmoid } from "@reckon/stats";
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

const slopeOf = ({ evidence }: ErrorModel) => evidence.kinds.verifier?.score ?? 0;

describe("fitErrorModel", () => {
  it("never fits worse than the model it began with", () => {
    const cases = casesOf(60, 3, true);
    expect(logLoss(cases, fitErrorModel(cases, ["verifier"]))).toBeLessThanOrEqual(
      logLoss(cases, defaultProfile.errorModel),
    );
  });

  it("trusts scores that tell right from wrong, and not those that do not", () => {
    const informed = fitErrorModel(casesOf(80, 3, true), ["verifier"]);
    const blind = fitErrorModel(casesOf(80, 3, false), ["verifier"]);
    expect(slopeOf(informed)).toBeGreaterThan(2 * slopeOf(blind));
  });

  it("takes log-probabilities for what they are worth, with scores and without", () => {
    const cases = casesOf(80, 3, true).map((one) => ({
      ...one,
      votes: one.votes.map((vote) => ({ ...vote, logprob: vote.canonical === "right" ? -0.5 : -4 })),
    }));
    const { kinds } = fitErrorModel(cases, ["both", "logprob"]).evidence;
    expect(kinds.both?.logprob).toBeGreaterThan(0);
    expect(kinds.logprob?.logprob).toBeGreaterThan(0.3);
    expect(kinds.logprob?.score).toBe(0);
    expect(kinds.verifier).toBeUndefined();
  });

  it("takes wrong answers for more diverse where they are", () => {
    const few = fitErrorModel(casesOf(80, 1, true), ["verifier"]);
    const many = fitErrorModel(casesOf(80, 500, true), ["verifier"]);
    expect(many.diversity).toBeGreaterThan(few.diversity);
  });
});
