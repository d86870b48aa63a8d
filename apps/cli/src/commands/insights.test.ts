import type { Distribution, Insights } from "@reckon/client";
import { describe, expect, it } from "vitest";
import { insightLines } from "./insights.ts";

const values: Distribution = {
  count: 2,
  mean: 0.5,
  least: 0.25,
  p10: 0.3,
  p50: 0.5,
  p90: 0.7,
  most: 0.75,
  buckets: [],
};
const insights: Insights = {
  ...{ solves: 2, forgotten: 1, earliest: new Date(0), timeoutRate: 0.5, queueDepth: 3, thinking: 1 },
  ...{ difficulty: values, confidence: values, steps: values, samples: values, latencyMs: values },
  calibration: {
    ...{ basis: "agreement", count: 2, calibrationError: 0.1, meanConfidence: 0.5, accuracy: 0.75, reported: 1 },
    ...{ errorByChance: undefined, brier: undefined, auroc: undefined },
  },
  ...{ tokens: 300, tokensSaved: 100 },
  log: [
    {
      ...{ endedAt: new Date(0), solveId: "s1", questionHash: "0123456789abcdef", difficulty: 0.4 },
      ...{ strategy: "adaptive", method: "best-of-n", plannedSamples: 8, plannedWindow: 8, model: "m" },
      ...{ reasons: ["difficulty 0.40 is \u001b[31mmiddle"], stopReason: "confident" },
      ...{ confidence: { value: 0.9, kind: "calibrated" }, samplesStarted: 2, samplesVoted: 2 },
      ...{ tokens: 150, tokensSaved: 50, latencyMs: 80, correct: false },
    },
  ],
};

describe("insightLines", () => {
  it("says what was saved, that agreement is a proxy, and why each plan was made, without control characters", () => {
    const text = insightLines(insights).join("\n");
    expect(text).toContain("100 saved against the plans' N (25 %)");
    expect(text).toContain("(1 of 50)");
    expect(text).toContain("a proxy, no accuracy");
    expect(text).toContain("confident at 90 % (calibrated), wrong");
    expect(text).toContain("difficulty 0.40 is");
    expect(text).not.toContain("\u001b");
  });

  it("says that nothing has ended yet", () => {
    expect(insightLines({ ...insights, solves: 0 })).toEqual([
      "no solve has ended here; 1 solve thinking now, 3 waiting",
    ]);
  });
});
