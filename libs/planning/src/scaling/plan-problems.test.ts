import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBudget, spentOf } from "./budget.ts";
import { costOf } from "./cost-model.ts";
import { curvesOf, type ModelCurves, shippedCurves } from "./model-curves.ts";
import { choosePlan, type PlannedProblem, paretoFront, planOptions } from "./plan-options.ts";
import { planProblems } from "./plan-problems.ts";
import { samplesWithin } from "./samples-within.ts";

const model = "reckon-embedded-1";
const curves = curvesOf(model) as ModelCurves;
const candidates = [{ model, curves }];
const problemOf = (score: number, more: Partial<PlannedProblem["difficulty"]> = {}): PlannedProblem => ({
  difficulty: { score, priorAlpha: 1 - score, priorBeta: score, historyCount: 0, overridden: false, ...more },
  promptBytes: 30,
});

describe("costs", () => {
  const sample = { promptTokens: 10, outputTokens: 100, spread: 0.5 };

  it("have the prompt once a replica, and once more for the verifier", () => {
    const work = { samples: 4, window: 4, verified: false };
    expect(costOf(work, sample)).toMatchObject({ promptTokens: 10, outputTokens: 400, totalTokens: 410 });
    expect(costOf(work, sample, { replicas: 8 }).promptTokens).toBe(40);
    expect(costOf({ ...work, verified: true }, sample)).toMatchObject({ verifierTokens: 410, totalTokens: 820 });
  });

  it("are unknown in money without prices and in time without a speed, never 0", () => {
    const work = { samples: 2, window: 1, verified: true };
    expect(costOf(work, sample)).toMatchObject({ costUsd: undefined, latencyMs: undefined });
    const prices = { promptUsd: 1, outputUsd: 10 };
    expect(costOf(work, sample, { prices, verifierUsdPerMillion: 2 }).costUsd).toBeCloseTo((10 + 2000 + 420) / 1e6, 12);
    expect(costOf(work, sample, { tokensPerSecond: 100 }).latencyMs).toBeCloseTo(2000, 9);
  });

  it("wait for the slowest of each window", () => {
    const time = (samples: number, window: number) =>
      costOf({ samples, window, verified: false }, sample, { tokensPerSecond: 100 }).latencyMs as number;
    expect(time(8, 8)).toBeGreaterThan(time(1, 1));
    expect(time(8, 8)).toBeLessThan(time(8, 4));
    expect(time(9, 8)).toBeCloseTo(2 * time(8, 8), 9);
  });
});

describe("parseBudget", () => {
  it.each([
    ["1e6-tokens", "total-tokens", 1e6],
    ["2.5e3-output-tokens", "output-tokens", 2500],
    ["5-usd", "usd", 5],
    ["0.5 s", "seconds", 0.5],
    ["400-calls", "calls", 400],
  ])("reads %s", (text, unit, amount) => {
    expect(parseBudget(text)).toEqual({ unit, amount });
  });

  it.each(["", "5", "-5-usd", "0-usd", "5-apples", "NaN-tokens", "1e999-tokens"])("refuses %j by name", (text) => {
    expect(() => parseBudget(text)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    expect(() => parseBudget(text)).toThrow(JSON.stringify(text));
  });
});

describe("options", () => {
  it("are chosen by budget, by target, and have a front that nothing beats", () => {
    const options = planOptions(problemOf(0.35), candidates);
    const cheap = choosePlan(options, { budgets: [{ unit: "total-tokens", amount: 100 }] });
    expect(cheap).toMatchObject({ method: "single", samples: 1 });
    const target = choosePlan(options, { targetAccuracy: 0.75 });
    expect(target?.accuracy).toBeGreaterThanOrEqual(0.75);
    const cheaper = options.filter(
      (one) => one.accuracy >= 0.75 && one.cost.totalTokens < (target?.cost.totalTokens ?? 0),
    );
    expect(cheaper).toEqual([]);
    expect(choosePlan(options, { budgets: [{ unit: "usd", amount: 1 }] })).toBeUndefined();
    const front = paretoFront(options, "total-tokens");
    for (const option of options) {
      const better = front.filter(
        (one) => one.accuracy >= option.accuracy && one.cost.totalTokens <= option.cost.totalTokens,
      );
      expect(better.length).toBeGreaterThan(0);
    }
  });

  it("go by the problem's own prior where outcomes or the client speak for it", () => {
    const at = (problem: PlannedProblem) => planOptions(problem, candidates)[0]?.accuracy;
    const band = at(problemOf(0.35));
    expect(at(problemOf(0.35, { priorAlpha: 9, priorBeta: 1 }))).toBe(band);
    expect(at(problemOf(0.35, { priorAlpha: 9, priorBeta: 1, historyCount: 8 }))).toBeCloseTo(0.9, 9);
    expect(at(problemOf(0.35, { priorAlpha: 1, priorBeta: 9, overridden: true }))).toBeCloseTo(0.1, 9);
  });
});

describe("planProblems", () => {
  const named = [0.1, 0.25, 0.35, 0.45, 0.8].map((score, i) => ({ id: `p${i}`, ...problemOf(score) }));

  it("keeps to its budget in every unit, and expects no less than the even split", () => {
    const serving = { prices: { promptUsd: 1, outputUsd: 4 }, tokensPerSecond: 100, totalTokensPerSecond: 1000 };
    const served = [{ model, curves, serving }];
    const budgets = fc.constantFrom("4000-tokens", "900-output-tokens", "0.004-usd", "2-s", "17-calls");
    fc.assert(
      fc.property(budgets, fc.double({ min: 0.3, max: 8, noNaN: true }), (text, factor) => {
        const { unit, amount } = parseBudget(text);
        const budget = { unit, amount: amount * factor };
        const plan = planProblems(named, served, { budget });
        expect(plan.total.spent).toBeLessThanOrEqual(budget.amount * (1 + 1e-12));
        expect(plan.total.low).toBeLessThanOrEqual(plan.total.right);
        expect(plan.total.high).toBeGreaterThanOrEqual(plan.total.right);
        // Greedy on hulls may lose one step to the best choice.
        expect(plan.total.right).toBeGreaterThan(plan.even.right - 0.1);
        expect(plan.front.map(({ right }) => right)).toEqual(
          plan.front.map(({ right }) => right).sort((a, b) => a - b),
        );
      }),
      { numRuns: 20 },
    );
  });

  it("ends at a target, and says where it cannot be reached", () => {
    const rich = { unit: "total-tokens", amount: 1e6 } as const;
    const plan = planProblems(named, candidates, { budget: rich, targetAccuracy: 0.7 });
    expect(plan.total.right / named.length).toBeGreaterThanOrEqual(0.7);
    expect(plan.total.spent).toBeLessThan(planProblems(named, candidates, { budget: rich }).total.spent);
    const poor = planProblems(named, candidates, { budget: { unit: "calls", amount: 5 }, targetAccuracy: 0.9 });
    expect(poor.warnings.join()).toContain("an accuracy of 0.9 is not to be reached");
  });

  it("refuses money without prices and time without a speed", () => {
    const still = [{ model, curves: { ...curves, speed: undefined } as unknown as ModelCurves }];
    for (const unit of ["usd", "seconds"] as const) {
      expect(() => planProblems(named, still, { budget: { unit, amount: 1 } })).toThrow(
        expect.objectContaining({ code: "failed-precondition" }),
      );
    }
  });
});

describe("samplesWithin", () => {
  const within = (caps: object, score = 0.35) =>
    samplesWithin({ problem: problemOf(score), curves, caps, verified: true });

  it("takes as many as a budget pays, no more than pay, and says why", () => {
    expect(within({})).toBeUndefined();
    const tight = within({ maxOutputTokens: 400 });
    expect(tight?.samples).toBe(4);
    expect(tight?.reason).toContain("up to 4 samples by the budget of 400 output tokens");
    const wide = within({ maxOutputTokens: 1e6 });
    expect(wide?.samples).toBeGreaterThan(8);
    expect(wide?.samples).toBeLessThan(64);
    expect(within({ maxOutputTokens: 1e6, maxCalls: 3 })?.samples).toBe(3);
    expect(within({ maxTotalTokens: 20 })).toMatchObject({ samples: 1, window: 1 });
  });

  it("never plans more than the budget is expected to pay, but for the one sample", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (most, score) => {
        const advice = within({ maxTotalTokens: most }, score);
        const cost = planOptions(problemOf(score), candidates).find(
          (one) => one.samples === advice?.samples && (one.samples === 1 || one.method === "best-of-n"),
        )?.cost;
        if (cost === undefined) throw new Error("no such option");
        expect((advice?.samples ?? 0) === 1 || (spentOf(cost, "total-tokens") ?? 0) <= most).toBe(true);
      }),
    );
  });
});

describe("the curves that come with Reckon", () => {
  it("rise with samples, in every band, and fall with difficulty at the ends", () => {
    for (const { bands } of Object.values(shippedCurves.models)) {
      expect(bands.at(-1)?.upTo).toBe(1);
      expect(bands.map(({ upTo }) => upTo)).toEqual(bands.map(({ upTo }) => upTo).sort((a, b) => a - b));
    }
    const at = (score: number, samples: number) =>
      planOptions(problemOf(score), candidates, { sizes: [samples] }).findLast(
        (option) => option.samples === samples && ["single", "best-of-n"].includes(option.method),
      )?.accuracy as number;
    for (const score of [0.1, 0.25, 0.35, 0.45, 0.8]) expect(at(score, 16)).toBeGreaterThan(at(score, 1));
    expect(at(0.1, 8)).toBeGreaterThan(at(0.8, 8));
  });
});
