import { describe, expect, it } from "vitest";
import type { ScoredVote } from "./scored-vote.ts";
import { type Scoring, weightOfSigns, weighVotes } from "./weigh-votes.ts";

const scoring: Scoring = { aggregation: "min", votePower: 1, logprobPower: 0.5, votePowerAlone: 0.5 };
const vote = (score: number | undefined, logprob?: number): ScoredVote => ({
  ...{ sample: 0, canonical: "a", answer: "a", weight: 1, score, logprob },
});
const weights = (votes: ScoredVote[]) => weighVotes(votes, "weighted-vote", scoring).map(({ weight }) => weight);

describe("weighVotes", () => {
  it("trusts a score by itself less than one beside log-probabilities", () => {
    expect(weights([vote(0.25), vote(0.81)])).toEqual([0.5, 0.9]);
    expect(weights([vote(0.25, 0), vote(0.81, -2)])).toEqual([0.25, 0.81 * Math.exp(-1)]);
    // One of them is enough for all, whatever their order.
    expect(weights([vote(0.25), vote(0.25, 0)])).toEqual([0.25, 0.25]);
    expect(weightOfSigns(0.25, undefined, scoring)).toBe(0.5);
    expect(weightOfSigns(0.25, 0, scoring)).toBe(0.25);
  });

  it("gives a vote without a score the mean of the others, and at least what a half would get", () => {
    expect(weights([vote(0.04), vote(undefined)])[1]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(weights([vote(0.81), vote(undefined)])[1]).toBeCloseTo(0.9, 12);
  });
});
