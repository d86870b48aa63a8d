import { createPrng, majAtK, mean } from "@reckon/stats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCurve } from "./check-curve.ts";
import { createPredictor, fitScalingCurve, TRUSTED_FACTOR } from "./scaling-curve.ts";
import { createVoteAccuracy } from "./vote-accuracy.ts";
import type { ObservedProblem, VoteModel } from "./vote-model.ts";

const model: VoteModel = {
  shape: { alpha: 0.6, beta: 0.4 },
  errors: { concentration: 1.5, discount: 0.4 },
  blank: 0.1,
  weighing: { intercept: 1.2, ratio: 1.8, scatter: -0.5 },
};

const shapes = fc.record({
  alpha: fc.double({ min: 0.1, max: 10, noNaN: true }),
  beta: fc.double({ min: 0.1, max: 10, noNaN: true }),
});

/** Problems as the model makes them, sample by sample. */
function problemsOf(
  { shape, errors, blank }: VoteModel,
  count: number,
  samples: number,
  seed: number,
): ObservedProblem[] {
  const random = createPrng(seed);
  return Array.from({ length: count }, () => {
    let [right, silent] = [0, 0];
    const wrong: number[] = [];
    for (let n = 0; n < samples; n += 1) {
      if (random.next() * (shape.alpha + shape.beta + n) < shape.alpha + right) right += 1;
      else if (random.next() < blank) silent += 1;
      else {
        const total = wrong.reduce((sum, size) => sum + size, 0);
        let rest = random.next() * (errors.concentration + total);
        const place = wrong.findIndex((size) => {
          rest -= size - errors.discount;
          return rest < 0;
        });
        if (place < 0) wrong.push(1);
        else wrong[place] = (wrong[place] as number) + 1;
      }
    }
    return { counts: { right, wrong, blank: silent }, duels: [] };
  });
}

describe("accuracy under a vote model", () => {
  it("is the mean of one sample at k = 1 and 2, whatever the measure, but for weights", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const accuracy = createVoteAccuracy(model);
        const mean = shape.alpha / (shape.alpha + shape.beta);
        for (const measure of ["coverage", "majority", "weighted-vote"] as const) {
          expect(accuracy.at(measure, 1, shape)).toBeCloseTo(mean, 10);
        }
        // Silent samples can only make a lone vote decide.
        expect(accuracy.at("majority", 2, shape)).toBeGreaterThanOrEqual(mean - 1e-9);
        expect(accuracy.at("weighted-vote", 2, shape)).toBeGreaterThan(mean);
      }),
    );
  });

  it("never has a vote above coverage, and stays in [0, 1]", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 40 }), (shape, k) => {
        const accuracy = createVoteAccuracy(model);
        const covered = accuracy.at("coverage", k, shape);
        for (const measure of ["majority", "weighted-vote"] as const) {
          const value = accuracy.at(measure, k, shape);
          expect(value).toBeLessThanOrEqual(covered + 1e-9);
          expect(value).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is what samples of the model show", () => {
    const problems = problemsOf(model, 4000, 20, 5);
    const accuracy = createVoteAccuracy(model);
    for (const k of [3, 8, 20]) {
      const observed = mean(problems.map(({ counts }) => majAtK(counts, k))) as number;
      // Three standard errors of 4,000 problems.
      expect(Math.abs(accuracy.at("majority", k) - observed)).toBeLessThan(0.024);
    }
  });

  it("saturates where coverage goes on", () => {
    const accuracy = createVoteAccuracy({ ...model, errors: { concentration: 0.5, discount: 0 } });
    const gain = (measure: "coverage" | "majority") => accuracy.at(measure, 128) - accuracy.at(measure, 32);
    expect(gain("majority")).toBeLessThan(gain("coverage") / 2);
  });
});

describe("a scaling curve", () => {
  const problems = problemsOf(model, 600, 64, 11);
  const few = problemsOf(model, 600, 8, 12);

  it("fitted on 8 samples predicts 16, 32 and 64 of other problems within the intervals", () => {
    const curve = fitScalingCurve(few, { refits: 20 });
    if (curve === undefined) throw new Error("no curve");
    const checks = checkCurve(curve, problems, [16, 32, 64]);
    expect(checks).toHaveLength(6);
    expect(checks.filter(({ agrees }) => !agrees)).toEqual([]);
  });

  it("says so where it extrapolates", () => {
    const curve = fitScalingCurve(few, { refits: 2 });
    if (curve === undefined) throw new Error("no curve");
    const predictor = createPredictor(curve);
    expect(predictor.predict("majority", 8 * TRUSTED_FACTOR)).toMatchObject({ extrapolated: false });
    const beyond = predictor.predict("majority", 8 * TRUSTED_FACTOR + 1);
    expect(beyond.extrapolated).toBe(true);
    expect(beyond.warning).toContain(
      "33 samples are more than 4 times the 8 that the curve was fitted on (600 problems)",
    );
  });

  it("has an interval around its value, and a curve of its own for a problem with a prior", () => {
    const curve = fitScalingCurve(few, { refits: 20 });
    if (curve === undefined) throw new Error("no curve");
    const predictor = createPredictor(curve);
    const { value, low, high } = predictor.predict("coverage", 8);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    const hard = predictor.predict("majority", 8, { alpha: 1, beta: 4 });
    expect(hard.value).toBeLessThan(predictor.valueAt("majority", 8));
    expect(hard.high - hard.low).toBeGreaterThan(0);
  });

  it("needs samples", () => {
    expect(fitScalingCurve([])).toBeUndefined();
  });
});
