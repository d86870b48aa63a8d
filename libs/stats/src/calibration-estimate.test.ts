import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brierParts } from "./brier-parts.ts";
import { type CalibrationEstimate, estimateCalibrationError } from "./calibration-estimate.ts";
import { createPrng } from "./prng.ts";

// Drawn with numpy's default_rng(5); the expected values below were computed with numpy from the formulas, 4 bins of equal mass.
const probabilities = [
  0.805, 0.808, 0.515, 0.286, 0.054, 0.383, 0.408, 0.045, 0.049, 0.999, 0.652, 0.235, 0.435, 0.974, 0.898, 0.844, 0.392,
  0.493, 0.677, 0.061,
];
const outcomes = [1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0];
const drawn = probabilities.map((probability, i) => ({ probability, correct: outcomes[i] === 1 }));
const bins = 4;

describe("brierParts", () => {
  it("agrees with numpy on a drawn set", () => {
    const parts = brierParts(drawn, { bins });
    expect(parts?.score).toBeCloseTo(0.15540695, 10);
    expect(parts?.reliability).toBeCloseTo(0.00566045, 10);
    expect(parts?.resolution).toBeCloseTo(0.0875, 10);
    expect(parts?.uncertainty).toBeCloseTo(0.2475, 10);
  });

  it("adds up, and has no rest where a bin holds one probability", () => {
    const prediction = fc.record({ probability: fc.constantFrom(0.1, 0.3, 0.5, 0.9), correct: fc.boolean() });
    fc.assert(
      fc.property(fc.array(prediction, { minLength: 1, maxLength: 60 }), (list) => {
        const parts = brierParts(list, { binning: "width", bins: 10 });
        const { score = 0, reliability = 0, resolution = 0, uncertainty = 0, rest = 0 } = parts ?? {};
        expect(reliability - resolution + uncertainty + rest).toBeCloseTo(score, 12);
        expect(rest).toBeCloseTo(0, 12);
      }),
    );
    expect(brierParts([])).toBeUndefined();
  });
});

describe("estimateCalibrationError", () => {
  it("agrees with numpy on a drawn set", () => {
    const estimate = estimateCalibrationError(
      drawn.map((one) => [one]),
      { bins },
    );
    expect(estimate?.value).toBeCloseTo(0.06355, 10);
    expect(estimate?.byChance).toBeCloseTo(0.12952761050741707, 10);
    expect(estimate?.debiased).toBeCloseTo(0.019700761406605597, 10);
  });

  it("finds the error of true probabilities to be about what chance makes of it, and the interval around it", () => {
    const random = createPrng(11);
    const fresh = Array.from({ length: 3_000 }, () => {
      const probability = random.next();
      return [{ probability, correct: random.next() < probability }];
    });
    const { value, byChance, debiased, low, high } = estimateCalibrationError(fresh) as CalibrationEstimate;
    expect(Math.abs(value - byChance)).toBeLessThan(0.01);
    expect(debiased).toBeLessThan(value);
    expect(low).toBeLessThanOrEqual(value);
    expect(value).toBeLessThanOrEqual(high);
  });

  it("takes outcomes of one group for less than as many of their own", () => {
    const single = drawn.map((one) => [one]);
    const fourfold = drawn.map((one) => [one, one, one, one]);
    const [a, b] = [single, fourfold].map((groups) => estimateCalibrationError(groups, { bins }));
    expect(b?.byChance).toBeCloseTo(a?.byChance ?? 0, 10);
    expect(estimateCalibrationError([])).toBeUndefined();
  });
});
