import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confidenceOf, rawConfidenceOf } from "./confidence.ts";
import { confidenceFeatures, risingFeatures } from "./confidence-features.ts";
import { defaultProfile, profileOf } from "./model-profile.ts";
import type { ScoredVote } from "./scored-vote.ts";

const vote = (canonical: string, score?: number, logprob?: number): ScoredVote => ({
  ...{ sample: 0, canonical, answer: canonical, weight: 1, score, logprob },
});
const prior = { alpha: 2, beta: 2 };
const embedded = profileOf("reckon-embedded-1");
const options = { prior, errorModel: embedded.errorModel, calibrators: embedded.calibrators };

const anyVotes = fc.array(
  fc
    .record({
      canonical: fc.constantFrom("a", "b", "c"),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      logprob: fc.double({ min: -30, max: 0, noNaN: true }),
    })
    .map(({ canonical, score, logprob }) => vote(canonical, score, logprob)),
  { minLength: 1, maxLength: 12 },
);
const senses: ((vote: ScoredVote) => ScoredVote)[] = [
  (one) => one,
  (one) => ({ ...one, logprob: undefined }),
  (one) => ({ ...one, score: undefined }),
  (one) => ({ ...one, score: undefined, logprob: undefined }),
];

describe("confidenceFeatures", () => {
  it("tells a lead from a level, and both from counts", () => {
    const votes = [vote("a", 0.9, -1), vote("a", 0.5, -3), vote("b", 0.1, -2)];
    const { raw, ...rest } = confidenceFeatures(votes, "a", { raw: 0.5, prior });
    expect(raw).toBeCloseTo(0, 12);
    expect(rest.support).toBeCloseTo(Math.log(3), 12);
    expect(rest.dissent).toBeCloseTo(-Math.log(2), 12);
    expect(rest.rival).toBeCloseTo(-Math.log(2), 12);
    expect(rest.score).toBeCloseTo(Math.log(9) / 2, 12);
    expect(rest.scoreLead).toBeCloseTo(2 * Math.log(9), 12);
    expect(rest).toMatchObject({ scoreAgrees: 1, logprob: -2, logprobLead: 1, prior: 0, pair: 1, triple: 0 });
    expect(rest).toMatchObject({ scoreOfOne: 0, logprobOfOne: 0, priorOfOne: 0 });
    const single = confidenceFeatures([vote("a", 0.5, -2)], "a", { raw: 0.5, prior });
    expect(single).toMatchObject({ scoreLead: 5, logprobLead: 5, logprobOfOne: -2, priorOfOne: -3 });
    expect(single.scoreOfOne).toBeCloseTo(-Math.log(99), 12);
  });

  it("leaves out what nobody knows", () => {
    const features = confidenceFeatures([vote("a")], "a", { raw: 0.5, prior });
    expect(features.score ?? features.logprob).toBeUndefined();
  });
});

describe("confidenceOf with the embedded model's calibrators", () => {
  it("is calibrated whatever signs there are, within (0, 1), and the order of votes has no effect", () => {
    fc.assert(
      fc.property(anyVotes, fc.constantFrom(...senses), (votes, sense) => {
        const seen = votes.map(sense);
        const leader = seen[0]?.canonical as string;
        const confidence = confidenceOf(seen, leader, options);
        expect(confidence?.kind).toBe("calibrated");
        expect(confidence?.value).toBeGreaterThan(0);
        expect(confidence?.value).toBeLessThan(1);
        expect(confidenceOf([...seen].reverse(), leader, options)?.value).toBeCloseTo(confidence?.value ?? 0, 12);
      }),
    );
  });

  it("is never lowered by one more vote for the leader where the raw confidence is not", () => {
    fc.assert(
      fc.property(anyVotes, fc.constantFrom(...senses), (votes, sense) => {
        const seen = votes.map(sense);
        const leader = seen[0]?.canonical as string;
        const mine = seen.filter(({ canonical }) => canonical === leader);
        // The best of its own once more: its level of signs rises as well.
        const best = (of: (v: ScoredVote) => number | undefined) =>
          mine.every((v) => of(v) === undefined) ? undefined : Math.max(...mine.flatMap((v) => of(v) ?? []));
        const more = [
          ...seen,
          vote(
            leader,
            best((v) => v.score),
            best((v) => v.logprob),
          ),
        ];
        const [a, b] = [seen, more].map((some) => rawConfidenceOf(some, leader, options) as number);
        fc.pre((b as number) >= (a as number));
        const features = [seen, more].map((some, i) =>
          confidenceFeatures(some, leader, { raw: (i === 0 ? a : b) as number, prior }),
        );
        for (const name of risingFeatures) {
          expect(features[1]?.[name] ?? 0).toBeGreaterThanOrEqual((features[0]?.[name] ?? 0) - 1e-9);
        }
        const values = [seen, more].map((some) => confidenceOf(some, leader, options)?.value as number);
        expect(values[1]).toBeGreaterThanOrEqual((values[0] as number) - 1e-9);
      }),
    );
  });

  it("is never raised by a vote for another where the raw confidence is not", () => {
    fc.assert(
      fc.property(anyVotes, anyVotes, fc.constantFrom(...senses), (votes, [other], sense) => {
        const seen = votes.map(sense);
        const leader = seen[0]?.canonical as string;
        const more = [...seen, sense({ ...(other as ScoredVote), canonical: leader === "a" ? "b" : "a" })];
        const [a, b] = [seen, more].map((some) => rawConfidenceOf(some, leader, options) as number);
        fc.pre((b as number) <= (a as number));
        const values = [seen, more].map((some) => confidenceOf(some, leader, options)?.value as number);
        expect(values[1]).toBeLessThanOrEqual((values[0] as number) + 1e-9);
      }),
    );
  });

  it("stays raw for a model that nothing was learned of", () => {
    const { errorModel, calibrators } = defaultProfile;
    expect(confidenceOf([vote("a", 0.9)], "a", { prior, errorModel, calibrators })?.kind).toBe("verifier");
    expect(confidenceOf([vote("a", undefined, -1)], "a", { prior, errorModel, calibrators })?.kind).toBe("agreement");
  });
});
