import type { StopRule } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confidenceOf } from "./confidence.ts";
import { type ErrorModel, posteriorOf } from "./posterior.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { decide, leaderStays, type StopState } from "./stopping.ts";
import { valueOfSample } from "./value-of-sample.ts";
import { weighVotes } from "./weigh-votes.ts";
import { windowTarget } from "./window.ts";

const prior = { alpha: 1, beta: 1 };
const confidence = { prior };
const vote = (canonical: string, score?: number, weight = 1): ScoredVote => ({
  ...{ sample: 0, canonical, answer: canonical, weight, score },
});
const votesOf = (text: string) => [...text].map((answer) => vote(answer));
const state = (votes: ScoredVote[], more: Partial<StopState> = {}): StopState => ({
  ...{ votes, inFlight: 1, left: 8, evidence: undefined, confidence },
  ...more,
});
const beta: StopRule = { name: "beta", threshold: 0.95, minVotes: 1 };
const sure: StopRule = { name: "confidence", threshold: 0.85, minVotes: 1 };

const anyVote = fc.record({
  answer: fc.constantFrom("a", "b", "c", "d"),
  score: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
});
const anyVotes = fc
  .array(anyVote, { minLength: 1, maxLength: 12 })
  .map((list) => list.map(({ answer, score }) => vote(answer, score)));

describe("decide", () => {
  it("stops by the Beta rule after four agreeing votes, not three", () => {
    expect(decide(beta, state(votesOf("aaa"))).stop).toBe(false);
    expect(decide(beta, state(votesOf("aaaa")))).toEqual({ stop: true, reason: "confident" });
    expect(leaderStays(votesOf("aaaa"))).toBeCloseTo(1 - 2 ** -5, 12);
    // 1 - I_0.5(v1 + 1, v2 + 1) by mpmath: (7, 2) -> 0.9453125, (8, 2) -> 0.96728515625.
    expect(leaderStays(votesOf("aaaaaaabb"))).toBeCloseTo(0.9453125, 12);
    expect(leaderStays(votesOf("aaaaaaaabb"))).toBeCloseTo(0.96728515625, 12);
  });

  it("counts weighted votes by their effective number", () => {
    const equal = votesOf("aaab").map((v) => ({ ...v, weight: 0.25 }));
    expect(leaderStays(equal)).toBeCloseTo(leaderStays(votesOf("aaab")), 12);
    expect(leaderStays([vote("a", 0.9, 1), vote("b", 0.01, 0.01)])).toBeLessThan(leaderStays(votesOf("aa")));
  });

  it("never stops before its minimum of votes, whatever they say, and ignores samples in flight", () => {
    const rules = fc.record({
      name: fc.constantFrom("none", "beta", "confidence") as fc.Arbitrary<StopRule["name"]>,
      threshold: fc.double({ min: 0.01, max: 1, noNaN: true }),
      minVotes: fc.integer({ min: 1, max: 14 }),
      minGain: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(rules, anyVotes, fc.integer({ min: 1, max: 8 }), (rule, votes, inFlight) => {
        const decision = decide(rule, state(votes, { evidence: "verifier", inFlight }));
        if (decision.stop) expect(votes.length).toBeGreaterThanOrEqual(rule.minVotes);
        if (rule.name === "none") expect(decision.stop).toBe(false);
        expect(decide(rule, state(votes, { evidence: "verifier", inFlight: 1 }))).toEqual(decision);
      }),
    );
  });

  it("does not depend on the order of votes", () => {
    fc.assert(
      fc.property(anyVotes, fc.infiniteStream(fc.nat()), (votes, random) => {
        const shuffled = votes
          .map((v) => ({ v, key: random.next().value as number }))
          .sort((x, y) => x.key - y.key)
          .map(({ v }) => v);
        for (const selection of ["majority", "weighted-vote"] as const) {
          const weighed = [weighVotes(votes, selection), weighVotes(shuffled, selection)] as const;
          expect(leaderStays(weighed[1])).toBeCloseTo(leaderStays(weighed[0]), 9);
        }
        const posterior = posteriorOf(shuffled, prior, errorModel);
        for (const [canonical, p] of posteriorOf(votes, prior, errorModel)) {
          expect(posterior.get(canonical)).toBeCloseTo(p, 9);
        }
      }),
    );
  });

  it("is exhausted when nothing is in flight and nothing is left", () => {
    expect(decide(beta, state(votesOf("ab"), { inFlight: 0, left: 0 })).reason).toBe("exhausted");
    expect(decide(beta, state([], { inFlight: 0, left: 0 }))).toMatchObject({ reason: "exhausted" });
  });

  it("gives up where answers split and scores are low, not where one more would decide", () => {
    const rule = { ...sure, minGain: 0.04 };
    const hopeless = [..."abcdefghijkl"].map((answer) => vote(answer, 0.05));
    const hard = { confidence: { prior: { alpha: 0.4, beta: 1.6 }, errorModel } };
    expect(decide(rule, state(hopeless, { evidence: "verifier", ...hard })).reason).toBe("no-gain");
    expect(decide({ ...rule, minGain: 0 }, state(hopeless, { evidence: "verifier", ...hard })).stop).toBe(false);
    expect(decide(rule, state([vote("a", 0.6), vote("b", 0.6)], { evidence: "verifier" })).stop).toBe(false);
  });
});

const errorModel: ErrorModel = {
  diversity: 4,
  evidence: {
    limit: 3,
    kinds: {
      verifier: { score: 0.6, logprob: 0, intercept: 0, typical: 2 },
      logprob: { score: 0, logprob: 0.5, intercept: 1, typical: 1 },
    },
  },
};

describe("confidenceOf", () => {
  it("is the prior's mean after one vote without a score", () => {
    for (const [alpha, b] of [
      [1, 1],
      [0.4, 1.6],
      [3, 1],
    ] as const) {
      const value = confidenceOf([vote("a")], "a", { prior: { alpha, beta: b }, errorModel })?.value;
      expect(value).toBeCloseTo(alpha / (alpha + b), 12);
    }
  });

  it("rises with every agreeing vote and better score, falls with dissent, and stays below 1", () => {
    fc.assert(
      fc.property(anyVotes, fc.double({ min: 0.01, max: 0.98, noNaN: true }), (votes, score) => {
        const of = (list: ScoredVote[]) => confidenceOf(list, "a", { prior, errorModel })?.value ?? 0;
        const withLow = of([...votes, vote("a", score)]);
        expect(of([...votes, vote("a", Math.min(1, score + 0.02))])).toBeGreaterThanOrEqual(withLow - 1e-12);
        expect(of([...votes, vote("a"), vote("a")])).toBeGreaterThan(of([...votes, vote("a")]) - 1e-12);
        expect(of([...votes, vote("a"), vote("b")])).toBeLessThan(of([...votes, vote("a"), vote("a")]));
        expect(withLow).toBeGreaterThan(0);
        expect(withLow).toBeLessThan(1);
      }),
    );
  });

  it("is low where nobody agrees, and unknown where nobody voted", () => {
    expect(confidenceOf(votesOf("abcdefgh"), "a", { prior, errorModel })?.value).toBeLessThan(0.2);
    expect(confidenceOf([], "a", { prior })).toBeUndefined();
  });

  it("names its kind", () => {
    expect(confidenceOf(votesOf("a"), "a", { prior })?.kind).toBe("agreement");
    expect(confidenceOf([vote("a", 0.9)], "a", { prior })?.kind).toBe("verifier");
    const likely = { ...vote("a"), logprob: -0.1 };
    expect(confidenceOf([likely], "a", { prior, errorModel })?.kind).toBe("logprob");
    // Of a model whose log-probabilities nothing was learned of they say nothing.
    expect(confidenceOf([likely], "a", { prior })?.kind).toBe("agreement");
  });

  it("calibrates only what the calibrator was fitted on", () => {
    const calibrator = {
      of: "verifier",
      intercept: 0,
      weights: { raw: 1 },
      outcomes: 99,
    } as const;
    expect(confidenceOf([vote("a", 0.9)], "a", { prior, errorModel, calibrators: [calibrator] })?.kind).toBe(
      "calibrated",
    );
    expect(confidenceOf(votesOf("aab"), "a", { prior, errorModel, calibrators: [calibrator] })?.kind).toBe("agreement");
  });

  it("sums over candidates to at most 1", () => {
    fc.assert(
      fc.property(anyVotes, (votes) => {
        const sum = [...posteriorOf(votes, prior, errorModel).values()].reduce((total, p) => total + p, 0);
        expect(sum).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe("valueOfSample", () => {
  it("is never negative, and small once the answer is sure", () => {
    fc.assert(
      fc.property(anyVotes, fc.constantFrom("verifier", "logprob", undefined), (votes, evidence) => {
        const value = valueOfSample(votes, { evidence, left: 8, confidence: { prior, errorModel } });
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
    expect(
      valueOfSample(
        [..."aaaa"].map((a) => vote(a, 0.95)),
        { evidence: "verifier", left: 8, confidence: { prior, errorModel } },
      ),
    ).toBeLessThan(0.005);
  });
});

describe("windowTarget", () => {
  it("is no more than K, than may still vote, and than agreeing votes would need", () => {
    expect(windowTarget({ rule: beta, window: 8 }, state([], { inFlight: 0 }))).toBe(4);
    expect(windowTarget({ rule: beta, window: 3 }, state([], { inFlight: 0 }))).toBe(3);
    expect(windowTarget({ rule: beta, window: 8 }, state(votesOf("aaa")))).toBe(1);
    expect(windowTarget({ rule: beta, window: 8 }, state(votesOf("abcd"), { inFlight: 0, left: 2 }))).toBe(2);
    expect(windowTarget({ rule: beta, window: 5 }, state(votesOf("aabbcc")))).toBe(5);
    expect(windowTarget({ rule: { ...beta, name: "none" }, window: 8 }, state([]))).toBe(8);
  });

  it("is all of K where the client fixed it", () => {
    expect(windowTarget({ rule: beta, window: 8, schedule: "full" }, state([], { inFlight: 0 }))).toBe(8);
    expect(windowTarget({ rule: beta, window: 8, schedule: "full" }, state([], { inFlight: 0, left: 3 }))).toBe(3);
  });

  it("holds what the value of a sample covers the price of", () => {
    const at = (minGain: number) =>
      windowTarget({ rule: { ...sure, threshold: 0.99, minGain }, window: 8 }, state(votesOf("ab"), { inFlight: 0 }));
    expect(at(0)).toBe(8);
    expect(at(0.02)).toBeGreaterThan(at(0.05));
    expect(at(0.5)).toBe(1);
  });

  it("starts fewer where the problem is easy", () => {
    const at = (alpha: number, b: number) =>
      windowTarget(
        { rule: sure, window: 8 },
        state([], { evidence: "verifier", confidence: { prior: { alpha, beta: b } } }),
      );
    expect(at(1.8, 0.2)).toBe(1);
    expect(at(0.2, 1.8)).toBeGreaterThan(at(1.8, 0.2));
  });
});
