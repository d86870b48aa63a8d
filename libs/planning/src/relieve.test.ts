import type { Plan } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { relieve } from "./relieve.ts";

const plan: Plan = {
  strategy: "adaptive",
  method: "best-of-n",
  selection: "weighted-vote",
  samples: 16,
  window: 8,
  minSteps: 1,
  maxSteps: 24,
  maxSampleTokens: 1_536,
  verificationRounds: 2,
  stopRule: { name: "confidence", threshold: 0.85, minVotes: 1 },
  timeoutMs: 30_000,
  temperature: 1,
  topP: 1,
  model: "m",
  reasons: [],
};

describe("relieve", () => {
  it("cuts N and K first, and verification only where that is not enough", () => {
    expect(relieve(plan, "none")).toBeUndefined();
    expect(relieve(plan, "high")?.plan).toMatchObject({ samples: 8, window: 4, verificationRounds: 2 });
    expect(relieve(plan, "severe")?.plan).toMatchObject({
      ...{ samples: 4, window: 2, verificationRounds: 0, selection: "majority" },
    });
    expect(relieve(plan, "severe")?.detail).toBe(
      "pressure is severe: at most 4 samples instead of 16, 2 at once instead of 8, no verification",
    );
  });

  it("says nothing where nothing can be cut", () => {
    expect(relieve({ ...plan, samples: 1, window: 1, verificationRounds: 0 }, "severe")).toBeUndefined();
  });

  it("leaves a plan that can be run", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 256 }));
    fc.assert(
      fc.property(sizes, fc.constantFrom("high", "severe"), ([samples, window], pressure) => {
        const whole = { ...plan, samples, window: Math.min(samples, window) };
        const { plan: cut } = relieve(whole, pressure) ?? { plan: whole };
        expect(cut.samples).toBeGreaterThanOrEqual(1);
        expect(cut.window).toBeGreaterThanOrEqual(1);
        expect(cut.window).toBeLessThanOrEqual(cut.samples);
        expect(cut.samples).toBeLessThanOrEqual(whole.samples);
        expect(cut.window).toBeLessThanOrEqual(whole.window);
      }),
    );
  });
});
