import type { StopRule } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultStop, peerStops } from "./default-stop.ts";
import { replay } from "./replay.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { stopRules } from "./stop-text.ts";
import { decide, priceOfSample, type StopState } from "./stopping.ts";
import { windowTarget } from "./window.ts";

const confidence = { prior: { alpha: 1, beta: 1 } };
const votesOf = (text: string): ScoredVote[] =>
  [...text].flatMap((canonical, sample) =>
    canonical === "-" ? [] : [{ sample, canonical, answer: canonical, weight: 1 }],
  );
const state = (votes: readonly ScoredVote[], more: Partial<StopState> = {}): StopState => ({
  ...{ votes, inFlight: 1, left: 8, evidence: undefined, confidence },
  ...more,
});
const stops = (rule: StopRule, text: string, more: Partial<StopState> = {}) =>
  decide(rule, state(votesOf(text), more)).stop;

const anyRule = fc
  .record({
    rule: fc.constantFrom(...Object.values(stopRules)),
    threshold: fc.double({ min: 0.3, max: 1, noNaN: true }),
    minVotes: fc.integer({ min: 1, max: 12 }),
    minGain: fc.constantFrom(0, 0.03, 0.5),
    span: fc.integer({ min: 1, max: 4 }),
    guard: fc.constantFrom(0, 0.5, 1),
    inOrder: fc.boolean(),
  })
  .map(({ rule, ...more }): StopRule => ({ ...rule, ...more }));
const anyVotes = fc
  .array(fc.constantFrom(..."abc-"), { minLength: 1, maxLength: 12 })
  .map((all) => votesOf(all.join("")));

describe("every stop rule", () => {
  it("never stops before its minimum of votes", () => {
    fc.assert(
      fc.property(anyRule, anyVotes, fc.integer({ min: 1, max: 8 }), (rule, votes, inFlight) => {
        if (decide(rule, state(votes, { inFlight, firstInFlight: 12 })).stop)
          expect(votes.length).toBeGreaterThanOrEqual(rule.minVotes);
      }),
    );
  });

  it("does not depend on the order of votes", () => {
    fc.assert(
      fc.property(anyRule, anyVotes, fc.integer({ min: 0, max: 12 }), (rule, votes, firstInFlight) => {
        const { stop, reason } = decide(rule, state(votes, { firstInFlight }));
        const back = decide(rule, state(votes.toReversed(), { firstInFlight }));
        expect([back.stop, back.reason]).toEqual([stop, reason]);
      }),
    );
  });

  it("is never sooner confident for a guard", () => {
    fc.assert(
      fc.property(anyRule, anyVotes, fc.integer({ min: 1, max: 8 }), (rule, votes, inFlight) => {
        const plain = { ...rule, guard: 0, inOrder: false };
        const guarded = { ...rule, inOrder: false, guard: 1 };
        if (decide(guarded, state(votes, { inFlight })).reason === "confident")
          expect(decide(plain, state(votes, { inFlight })).reason).toBe("confident");
      }),
    );
  });
});

describe("unanimous", () => {
  const rule = { ...stopRules.unanimous, span: 3 };

  it("stops when a whole block agrees, and only then", () => {
    expect(stops(rule, "aba")).toBe(false);
    expect(stops(rule, "abaa")).toBe(false);
    expect(stops(rule, "abbaaa")).toBe(true);
    // Three that agree, but of two blocks; and a block with a sample without an answer.
    expect(stops(rule, "abaaab")).toBe(false);
    expect(stops(rule, "aa-ab-")).toBe(false);
  });
});

describe("share", () => {
  it("stops at the leader's share of the votes", () => {
    expect(stops(stopRules.share, "aaab")).toBe(true);
    expect(stops(stopRules.share, "aabb")).toBe(false);
  });
});

describe("dirichlet", () => {
  it("knows of answers not seen yet and of more than two", () => {
    // P(the leader is the mode): 0.9889 after four that agree, 0.9767 after three, by mpmath as in leader-is-mode.test.ts.
    const rule = { ...stopRules.dirichlet, threshold: 0.98 };
    expect(stops(rule, "aaa")).toBe(false);
    expect(stops(rule, "aaaa")).toBe(true);
    expect(stops({ ...rule, unseen: 3 }, "aaaa")).toBe(false);
  });

  it("stops at a Bayes factor where one is given", () => {
    const rule = { ...stopRules.dirichlet, bayesFactor: 100 };
    // 2 * 0.98887 / 0.01113 = 177.6.
    expect(stops(rule, "aaaa")).toBe(true);
    expect(stops({ ...rule, bayesFactor: 200 }, "aaaa")).toBe(false);
  });
});

describe("value", () => {
  it("stops when one more sample is not worth its price, by the sample or by the token", () => {
    const rule: StopRule = { name: "value", threshold: 1, minVotes: 1, minGain: 0 };
    expect(stops(rule, "aaaa")).toBe(false);
    expect(stops({ ...rule, minGain: 0.05 }, "aaaaaa")).toBe(true);
    expect(stops({ ...rule, gainPerKiloToken: 0.05 }, "aaaaaa", { tokensPerVote: 1000 })).toBe(true);
    expect(stops({ ...rule, gainPerKiloToken: 0.05 }, "aabb", { tokensPerVote: 1 })).toBe(false);
    expect(
      priceOfSample({ ...rule, minGain: 0.01, gainPerKiloToken: 0.05 }, state([], { tokensPerVote: 500 })),
    ).toBeCloseTo(0.035, 12);
  });

  it("starts few where few that agree would be enough", () => {
    const at = (minGain: number) =>
      windowTarget({ rule: { ...stopRules.value, minGain }, window: 16 }, state([], { inFlight: 0, left: 40 }));
    expect(at(0.1)).toBeLessThan(at(0.01));
  });

  it("begins with one where the price is by the token, until a vote has told its tokens", () => {
    const rule = { ...stopRules.value, minGain: 0, gainPerKiloToken: 0.01 };
    const at = (tokensPerVote: number | undefined) =>
      windowTarget({ rule, window: 16 }, state([], { inFlight: 0, left: 40, tokensPerVote }));
    expect(at(undefined)).toBe(1);
    expect(at(100)).toBeGreaterThan(2);
  });

  it("gives up after two votes at the earliest, and after one that is sure enough for its price", () => {
    const dear = { ...stopRules.value, threshold: 1, minVotes: 1, minGain: 0, gainPerKiloToken: 100 };
    const priced = { ...dear, gainPerKiloToken: 0.001 };
    expect(stops(priced, "a", { tokensPerVote: 1000 })).toBe(false);
    expect(stops({ ...dear, gainPerKiloToken: 0, minGain: 0.9 }, "a", {})).toBe(false);
    expect(stops({ ...dear, gainPerKiloToken: 0, minGain: 0.9 }, "aa", {})).toBe(true);
    // Three samples cost more than any doubt.
    expect(stops(dear, "a", { tokensPerVote: 1000 })).toBe(true);
  });
});

describe("guards against short chains", () => {
  const beta = { ...stopRules.beta };

  it("count what is in flight as votes for the runner-up", () => {
    expect(stops(beta, "aaaa", { inFlight: 3 })).toBe(true);
    expect(stops({ ...beta, guard: 1 }, "aaaa", { inFlight: 3 })).toBe(false);
    expect(stops({ ...beta, guard: 0.5 }, "aaaaaa", { inFlight: 1 })).toBe(true);
    expect(stops({ ...beta, guard: 1 }, "aaaa", { inFlight: 0, left: 1 })).toBe(true);
  });

  it("count votes only when all samples before them have ended", () => {
    const rule = { ...beta, inOrder: true };
    expect(stops(rule, "-aaaa", { firstInFlight: 0 })).toBe(false);
    expect(stops(rule, "aaaa-", { firstInFlight: 4 })).toBe(true);
    expect(stops(rule, "aaaa")).toBe(true);
  });

  it("are not needed on the ramp, where nothing is in flight when the votes alone decide", () => {
    const samples = fc.array(
      fc.record({ canonical: fc.constantFrom("a", "b", undefined), outputTokens: fc.integer({ min: 1, max: 99 }) }),
      { maxLength: 40 },
    );
    const rules = fc.constantFrom(stopRules.beta, stopRules.dirichlet, stopRules.share);
    fc.assert(
      fc.property(samples, rules, fc.integer({ min: 1, max: 9 }), (recorded, stopRule, window) => {
        const run = replay(recorded, { stopRule, window, samples: 40, selection: "majority", confidence });
        expect(run.cancelledTokens).toBe(0);
      }),
    );
  });

  it("keep a few short wrong chains from deciding", () => {
    // Right chains are ten times as long as the four wrong ones.
    const samples = Array.from({ length: 16 }, (_, i) =>
      i % 4 === 1 ? { canonical: "wrong", outputTokens: 10 } : { canonical: "right", outputTokens: 100 },
    );
    const run = (stopRule: StopRule) =>
      replay(samples, {
        ...{ stopRule, samples: 16, window: 16, schedule: "full", selection: "majority", confidence },
      }).canonical;
    expect(run(beta)).toBe("wrong");
    expect(run({ ...beta, guard: 1 })).toBe("right");
    expect(run({ ...beta, inOrder: true })).toBe("right");
  });
});

describe("schedules of others", () => {
  const samples = (text: string) => [...text].map((canonical, i) => ({ canonical, outputTokens: 10 + (i % 3) }));
  const run = (name: keyof typeof peerStops, text: string) => {
    const { rule: stopRule, ...setup } = peerStops[name] ?? defaultStop;
    return replay(samples(text), { stopRule, ...setup, selection: "majority", confidence });
  };

  it("wait for whole rounds: two, then as many as there have been", () => {
    expect(run("its-doubling", "aa".padEnd(40, "b")).started).toBe(2);
    expect(run("its-doubling", "ab".padEnd(40, "a")).started).toBe(4);
    expect(run("its-doubling", "abab".padEnd(40, "a")).started).toBe(8);
  });

  it("wait for whole blocks of five", () => {
    expect(run("esc", "aaaaa".padEnd(40, "b")).started).toBe(5);
    expect(run("esc", "aaaab".padEnd(40, "a")).started).toBe(10);
  });

  it("take one after the other, or all at once", () => {
    expect(run("adaptive-consistency", "a".repeat(40))).toMatchObject({ started: 4, voted: 4 });
    expect(run("beta-at-once", "a".repeat(40)).started).toBe(40);
  });
});
