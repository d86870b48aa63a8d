import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RecordedSample, type ReplayOptions, replay } from "./replay.ts";

const base: ReplayOptions = {
  samples: 16,
  window: 8,
  stopRule: { name: "beta", threshold: 0.95, minVotes: 1 },
  selection: "majority",
  confidence: { prior: { alpha: 1, beta: 1 } },
};
const fixed = { ...base, window: 16, stopRule: { name: "none", threshold: 1, minVotes: 1 } } as const;

describe("replay", () => {
  it("starts what is needed, cancels the rest and counts what it had generated", () => {
    const samples = [10, 12, 14, 16, 100, 100].map((outputTokens) => ({ canonical: "a", outputTokens }));
    const result = replay(samples, { ...base, stopRule: { ...base.stopRule, threshold: 0.97 } });
    // Five votes are needed for 0.984; the fifth sample ends at tick 100.
    expect(result).toMatchObject({ canonical: "a", stopReason: "confident", started: 5, voted: 5, latencyTokens: 100 });
    const early = replay(samples.slice(1).concat({ canonical: "b", outputTokens: 3 }), { ...base, window: 2 });
    expect(early.outputTokens).toBe(early.cancelledTokens + 12 + 14 + 16 + 100);
  });

  it("counts cancelled samples until the stop only", () => {
    const samples = [
      { canonical: "a", outputTokens: 10 },
      { canonical: "a", outputTokens: 50 },
    ];
    const options = { ...base, window: 2, stopRule: { name: "beta", threshold: 0.74, minVotes: 1 } } as const;
    // At 0.74 one vote is enough, so that the window holds one.
    expect(replay(samples, options)).toMatchObject({ started: 1, outputTokens: 10 });
    const second = replay([{ canonical: undefined, outputTokens: 4 }, ...samples], options);
    expect(second).toMatchObject({ started: 2, voted: 1, outputTokens: 14, latencyTokens: 14 });
  });

  it("takes all samples of a fixed N at once, those without an answer costing tokens only", () => {
    const samples = [5, 6, 7].map((outputTokens, i) => ({ canonical: i === 0 ? undefined : "a", outputTokens }));
    expect(replay(samples, fixed)).toMatchObject({
      ...{ canonical: "a", stopReason: "exhausted", started: 3, voted: 2, outputTokens: 18, latencyTokens: 7 },
    });
    expect(replay([], fixed)).toMatchObject({ canonical: undefined, stopReason: "exhausted", outputTokens: 0 });
  });

  it("ends a pruned sample early and without a vote, but not the last hope", () => {
    const samples = [
      { canonical: "a", outputTokens: 40, prunedAt: 10 },
      { canonical: "b", outputTokens: 20 },
    ];
    expect(replay(samples, { ...fixed, window: 2 })).toMatchObject({
      ...{ canonical: "b", voted: 1, outputTokens: 30, cancelledTokens: 10 },
    });
    expect(replay(samples.slice(0, 1), fixed)).toMatchObject({ canonical: "a", voted: 1, outputTokens: 40 });
  });

  it("counts what pruned samples cost into the price of a vote: where most are pruned it ends sooner", () => {
    const stopRule = { name: "value", threshold: 1, minVotes: 1, minGain: 0, gainPerKiloToken: 0.1 } as const;
    const startedAmong = (pruned: number) => {
      const vote = (place: number) => ({ canonical: place % 2 === 0 ? "a" : "b", outputTokens: 100, score: 0.5 });
      const cut = { canonical: "c", outputTokens: 100, prunedAt: 90, score: 0 };
      const samples = Array.from({ length: 64 }, (_, i) => (i % (pruned + 1) === 0 ? vote(i / (pruned + 1)) : cut));
      return replay(samples, { ...base, samples: 64, window: 1, stopRule }).voted;
    };
    expect(startedAmong(4)).toBeLessThan(startedAmong(0));
  });

  it("never costs more than all samples that it may start, nor starts more", () => {
    const sample = fc.record<RecordedSample>({
      canonical: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
      outputTokens: fc.integer({ min: 0, max: 50 }),
      prunedAt: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
      score: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 20 }), fc.integer({ min: 1, max: 20 }), (samples, window) => {
        const result = replay(samples, { ...base, window });
        const all = samples.slice(0, 16).reduce((sum, s) => sum + s.outputTokens, 0);
        expect(result.outputTokens).toBeLessThanOrEqual(all);
        expect(result.started).toBeLessThanOrEqual(Math.min(16, samples.length));
        expect(result.latencyTokens).toBeLessThanOrEqual(result.outputTokens);
      }),
    );
  });
});
