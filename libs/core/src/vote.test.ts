import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tally, type Vote } from "./vote.ts";

describe("tally", () => {
  it("does not depend on the order of votes, ties included", () => {
    const anyVotes = fc
      .array(fc.constantFrom("a", "b", "c"), { maxLength: 10 })
      .map((all) => all.map((canonical, sample): Vote => ({ sample, canonical, answer: canonical, weight: 1 })));
    fc.assert(
      fc.property(anyVotes, (votes) => {
        expect(tally(votes.toReversed())).toEqual(tally(votes));
      }),
    );
  });

  it("gives a tie to the answer whose first sample was started first, not to that which was voted for first", () => {
    const vote = (sample: number, canonical: string): Vote => ({ sample, canonical, answer: canonical, weight: 1 });
    expect(tally([vote(3, "short"), vote(0, "long")])[0]?.canonical).toBe("long");
    expect(tally([vote(3, "short"), vote(0, "long"), vote(1, "short")])[0]?.canonical).toBe("short");
  });
});
