import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summarizeHistory } from "./history-summary.ts";
import { featuresOf, templateOf } from "./problem-features.ts";
import type { SimilarOutcome } from "./store.ts";

describe("featuresOf", () => {
  it("is blind to numbers, case and white space, and to nothing else", () => {
    const hash = (text: string) => featuresOf(text, "d").templateHash;
    expect(hash("Tom has 12 apples.\n")).toBe(hash("tom  has 3.5 apples."));
    expect(hash("Tom has 1,200 apples")).toBe(hash("Tom has 7 apples"));
    expect(hash("Tom has 12 apples.")).not.toBe(hash("Tom has 12 pears."));
    expect(templateOf("x^2 - 5x + 6 = 0")).toBe("x^# - #x + # = #");
  });

  it("puts lengths into 21 buckets, for any text", () => {
    expect(featuresOf("", "d").lengthBucket).toBe(0);
    expect(featuresOf("x".repeat(1023), "d").lengthBucket).toBe(10);
    expect(featuresOf("x".repeat(3_000_000), "d").lengthBucket).toBe(20);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { templateHash, lengthBucket } = featuresOf(text, "d");
        expect(templateHash).toMatch(/^[0-9a-f]{32}$/);
        expect(Number.isInteger(lengthBucket)).toBe(true);
      }),
    );
  });
});

describe("summarizeHistory", () => {
  const outcome = (more: Partial<SimilarOutcome>): SimilarOutcome => ({
    solveId: "a",
    features: featuresOf("", "d"),
    difficulty: 0.5,
    votesForAnswer: 6,
    votes: 8,
    confidence: { value: 0.5, kind: "agreement" },
    correct: undefined,
    similarity: "kind",
    recordedAtMs: 0,
    ...more,
  });

  it("counts agreeing samples as right when the answer was, by confidence when nobody knows, and none when it was wrong", () => {
    const history = summarizeHistory([
      outcome({ correct: true }),
      outcome({ correct: false }),
      outcome({}),
      outcome({ confidence: undefined }),
    ]);
    expect(history).toEqual({ count: 4, samples: 32, right: 6 + 0 + 3 + 4.5, sameTemplate: false });
  });

  it("rests on the same template alone once there are five of it", () => {
    const template = outcome({ similarity: "template", correct: true });
    const kind = outcome({ correct: false });
    expect(summarizeHistory([template, template, kind])).toMatchObject({ count: 3, sameTemplate: false });
    const five = Array.from({ length: 5 }, () => template);
    expect(summarizeHistory([...five, kind])).toMatchObject({ count: 5, samples: 40, right: 30, sameTemplate: true });
  });

  it("takes an outcome without votes for a sample that went wrong", () => {
    const none = outcome({ votes: 0, votesForAnswer: 0, confidence: undefined });
    expect(summarizeHistory([none, outcome({ correct: true })])).toMatchObject({ count: 2, samples: 9, right: 6 });
  });

  it("of nothing is nothing", () => {
    expect(summarizeHistory([])).toEqual({ count: 0, samples: 0, right: 0, sameTemplate: false });
  });
});
