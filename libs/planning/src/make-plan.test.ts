import { type PlanOverrides, problemFromPrompt, type Strategy } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultStop } from "./default-stop.ts";
import { overriddenDifficulty } from "./estimate-difficulty.ts";
import { type MakePlanInput, makePlan } from "./make-plan.ts";
import { defaultPlanningSettings } from "./settings.ts";

const capabilities = {
  logprobs: false,
  n: true,
  abort: true,
  continueFromPrefix: true,
  seed: true,
  processReward: true,
  policies: ["baseline"],
};
const planOf = (overrides: PlanOverrides = {}, difficulty = 0.5, more: Partial<MakePlanInput> = {}) =>
  makePlan({
    problem: problemFromPrompt("2 + 2"),
    difficulty: overriddenDifficulty(difficulty),
    overrides,
    capabilities,
    ...more,
  });

describe("makePlan", () => {
  it("gives fast, balanced and comprehensive their limits and timeouts", () => {
    expect(planOf({ strategy: "fast" })).toMatchObject({
      ...{
        method: "single",
        samples: 1,
        window: 1,
        maxSteps: 3,
        verificationRounds: 0,
        timeoutMs: 2_000,
        temperature: 0,
      },
    });
    expect(planOf({ strategy: "balanced" })).toMatchObject({
      ...{ samples: 3, window: 2, maxSteps: 8, verificationRounds: 1, timeoutMs: 5_000 },
    });
    expect(planOf({ strategy: "comprehensive" })).toMatchObject({
      ...{ samples: 5, window: 4, maxSteps: 20, verificationRounds: 3, timeoutMs: 10_000 },
    });
  });

  it("lets adaptive spend more on harder problems, up to 32 steps in 30 s", () => {
    const plans = [0.1, 0.5, 0.9].map((difficulty) => planOf({}, difficulty));
    const rising = (of: (plan: (typeof plans)[number]) => number) => plans.map(of);
    expect(rising((p) => p.samples)).toEqual([8, 16, 32]);
    expect(rising((p) => p.maxSteps)).toEqual([16, 24, 32]);
    expect(rising((p) => p.verificationRounds)).toEqual([1, 2, 3]);
    expect(plans.every((p) => p.timeoutMs === 30_000 && p.strategy === "adaptive" && p.window <= 8)).toBe(true);
    const settings = { ...defaultPlanningSettings, adaptiveScaling: false };
    expect(planOf({}, 0.9, { settings })).toMatchObject({ samples: 16, maxSteps: 24 });
  });

  it("keeps to whatever the client fixed", () => {
    const overrides = fc.record(
      {
        strategy: fc.constantFrom<Strategy>("fast", "balanced", "comprehensive", "adaptive"),
        samples: fc.integer({ min: 1, max: 256 }),
        window: fc.integer({ min: 1, max: 256 }),
        maxSteps: fc.integer({ min: 1, max: 64 }),
        verificationRounds: fc.integer({ min: 0, max: 16 }),
        timeoutMs: fc.integer({ min: 1, max: 600_000 }),
        temperature: fc.double({ min: 0, max: 2, noNaN: true }),
        topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
        confidenceThreshold: fc.double({ min: 0.01, max: 1, noNaN: true }),
        model: fc.string(),
        earlyStopping: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(overrides, fc.double({ min: 0, max: 1, noNaN: true }), (fixed, difficulty) => {
        const plan = planOf(fixed, difficulty);
        for (const key of [
          "samples",
          "maxSteps",
          "verificationRounds",
          "timeoutMs",
          "temperature",
          "topP",
          "model",
        ] as const) {
          if (fixed[key] !== undefined) expect(plan[key]).toBe(fixed[key]);
        }
        expect(plan.window).toBeLessThanOrEqual(Math.min(plan.samples, fixed.window ?? 256));
        expect(plan.window).toBeGreaterThanOrEqual(1);
        expect(plan.minSteps).toBeLessThanOrEqual(plan.maxSteps);
        if (fixed.earlyStopping === false) expect(plan.stopRule.name).toBe("none");
        else if (fixed.confidenceThreshold !== undefined && plan.samples > 1) {
          expect(plan.stopRule).toMatchObject({ name: "confidence", threshold: fixed.confidenceThreshold });
        }
        expect(plan.reasons.length).toBeGreaterThan(0);
      }),
    );
  });

  it("uses the difficulty that the client set", () => {
    expect(planOf({ difficulty: 0.9 }, 0.1).samples).toBe(32);
  });

  it("plans by how well the difficulty is known: nothing easy by a wide prior, no crowd where samples are known to be in vain", () => {
    const known = (score: number, strength: number) =>
      planOf({}, 0.5, {
        difficulty: {
          ...overriddenDifficulty(score),
          overridden: false,
          priorAlpha: strength * (1 - score),
          priorBeta: strength * score,
        },
      });
    expect([known(0.2, 0.5).samples, known(0.2, 1).samples, known(0.2, 8).samples]).toEqual([16, 8, 8]);
    expect(known(0.2, 0.5).reasons.join()).toContain("hardly known (the prior is worth 0.5 samples)");
    expect([known(0.95, 1).samples, known(0.95, 8).samples]).toEqual([32, 16]);
    expect(known(0.95, 8).reasons.join()).toContain("in vain");
    expect(planOf({ difficulty: 0.2 }).samples).toBe(8);
  });

  it("plans searches by the configured width, and by what the client fixed", () => {
    expect(planOf({ method: "beam" })).toMatchObject({
      ...{ method: "beam", samples: 4, window: 16, selection: "weighted-vote", temperature: 1 },
      search: { expansions: 4, lookAhead: 0, diverse: false },
    });
    expect(planOf({ method: "monte-carlo" })).toMatchObject({ samples: 10, window: 10 });
    const settings = { ...defaultPlanningSettings, beamSearchWidth: 2, monteCarloSamples: 6 };
    expect(planOf({ method: "beam" }, 0.5, { settings }).samples).toBe(2);
    expect(planOf({ method: "monte-carlo" }, 0.5, { settings }).samples).toBe(6);
    expect(planOf({ method: "beam", samples: 8, expansions: 2, lookAhead: 1, diverse: true })).toMatchObject({
      ...{ samples: 8, window: 16, search: { expansions: 2, lookAhead: 1, diverse: true } },
    });
    expect(planOf({ method: "revision", samples: 8, attempts: 4 })).toMatchObject({ samples: 8, window: 2 });
    expect(planOf({ method: "best-of-n", rejectEarly: true, samples: 8 }).search?.rejectEarly).toBe(true);
    expect(planOf({ method: "best-of-n", samples: 8 }).search).toBeUndefined();
    expect(planOf({ method: "beam", strategy: "fast" }).verificationRounds).toBe(1);
  });

  it("searches where that is advised, unless the client fixed a method or a number of samples", () => {
    const stopRule = { name: "confidence", threshold: 0.8, minVotes: 1 } as const;
    const advice = { method: "beam", samples: 2, drafts: 1, window: 2, reason: "worth more here", stopRule } as const;
    const plan = planOf({}, 0.5, { advice });
    expect(plan).toMatchObject({ method: "beam", samples: 2, window: 8, search: { drafts: 1 }, stopRule });
    expect(plan.reasons).toContain("worth more here");
    expect(planOf({ method: "best-of-n" }, 0.5, { advice }).search).toBeUndefined();
    expect(planOf({ samples: 5 }, 0.5, { advice })).toMatchObject({ method: "best-of-n", samples: 5 });
    expect(planOf({ strategy: "balanced" }, 0.5, { advice }).search).toBeUndefined();
  });

  it("refuses a search that the model or the verifiers cannot serve, by name", () => {
    for (const method of ["beam", "monte-carlo", "tree"] as const) {
      for (const more of [
        { verifiers: [] },
        { verifiers: ["checker" as const] },
        { capabilities: { ...capabilities, continueFromPrefix: false } },
      ]) {
        expect(() => planOf({ method }, 0.5, more)).toThrow(expect.objectContaining({ code: "failed-precondition" }));
        expect(() => planOf({ method }, 0.5, more)).toThrow(method);
      }
      expect(() => planOf({ method, verificationRounds: 0 })).toThrow("must be at least 1");
    }
    expect(planOf({ method: "revision" }, 0.5, { verifiers: [] }).method).toBe("revision");
  });

  it("refuses a seed where the backend would ignore it, and overrides that contradict each other", () => {
    const unseeded = { capabilities: { ...capabilities, seed: false } };
    expect(() => planOf({ seed: 1 }, 0.5, unseeded)).toThrow(expect.objectContaining({ code: "failed-precondition" }));
    expect(() => planOf({ minSteps: 9, maxSteps: 3 })).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    expect(() => planOf({ method: "single", samples: 4 })).toThrow("got 4");
  });

  it("plans no verification where there is no verifier, and says so", () => {
    const plan = planOf({}, 0.5, { verifiers: [] });
    expect(plan).toMatchObject({ verificationRounds: 0, method: "self-consistency", stopRule: defaultStop.rule });
    expect(planOf({ strategy: "balanced" }, 0.5, { verifiers: [] }).stopRule.name).toBe("beta");
    expect(plan.reasons.join()).toContain("no verifier");
  });

  it("takes the stop rule that the client names, and its threshold where that is set too", () => {
    const stopRule = { name: "dirichlet", threshold: 0.9, minVotes: 2, guard: 1 } as const;
    const plan = planOf({ stopRule });
    expect(plan.stopRule).toEqual(stopRule);
    expect(plan.reasons.join()).toContain("dirichlet:threshold=0.9,min-votes=2,guard=1, as the client asked");
    expect(planOf({ stopRule, confidenceThreshold: 0.8 }).stopRule.threshold).toBe(0.8);
    expect(planOf({ stopRule, earlyStopping: false }).stopRule.name).toBe("none");
  });

  it("takes one sample at temperature 0", () => {
    expect(planOf({ temperature: 0 }).samples).toBe(1);
  });
});
