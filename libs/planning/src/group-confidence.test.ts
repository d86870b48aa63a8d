import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupConfidence } from "./group-confidence.ts";
import { weighVotes } from "./weigh-votes.ts";

describe("groupConfidence", () => {
  it("slides a window of a tenth, at least four tokens, over the chain", () => {
    // By hand: windows of 4 over 6 tokens.
    expect(groupConfidence([-1, -1, -1, -1, -5, -1])).toEqual({ lowest: -2, bottom: -2, tail: -2, mean: -10 / 6 });
    expect(groupConfidence([-4, -4, -4, -4, 0, 0, 0, 0])).toMatchObject({ lowest: -4, tail: 0 });
    expect(groupConfidence([-2, -4])).toEqual({ lowest: -3, bottom: -3, tail: -3, mean: -3 });
    expect(groupConfidence([])).toBeUndefined();
  });

  it("is never above the mean at its lowest, and the bottom lies between", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -20, max: 0, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (logprobs) => {
          const { lowest, bottom, tail } = groupConfidence(logprobs) as NonNullable<ReturnType<typeof groupConfidence>>;
          expect(lowest).toBeLessThanOrEqual(bottom + 1e-9);
          expect(lowest).toBeLessThanOrEqual(tail + 1e-9);
          expect(Math.max(bottom, tail)).toBeLessThanOrEqual(1e-9);
        },
      ),
    );
  });

  it("weighs votes where no verifier scored any, in a weighted vote alone", () => {
    const vote = (sample: number, canonical: string, groupLogprob?: number) => ({
      ...{ sample, canonical, answer: canonical, weight: 1, groupLogprob },
    });
    const votes = [vote(0, "a", -2), vote(1, "b", -0.1), vote(2, "a", -2)];
    expect(weighVotes(votes, "weighted-vote").map(({ weight }) => weight)).toEqual(
      [-2, -0.1, -2].map((logprob) => expect.closeTo(Math.exp(logprob), 12)),
    );
    expect(weighVotes(votes, "majority").map(({ weight }) => weight)).toEqual([1, 1, 1]);
    expect(weighVotes([vote(0, "a", -2), vote(1, "b")], "weighted-vote").map(({ weight }) => weight)).toEqual([1, 1]);
  });
});
