import { describe, expect, it } from "vitest";
import { fitLogistic, logit, logSumExp, predictLogistic, sigmoid } from "./logistic.ts";
import { createPrng } from "./prng.ts";

describe("fitLogistic", () => {
  it("finds the coefficients that made the data", () => {
    const random = createPrng(9);
    const samples = Array.from({ length: 20_000 }, () => {
      const features = [random.next() * 4 - 2, random.next() * 2 - 1];
      const p = sigmoid(0.5 + 1.5 * (features[0] as number) - 2 * (features[1] as number));
      return { features, positive: random.next() < p };
    });
    const model = fitLogistic(samples);
    expect(model.intercept).toBeCloseTo(0.5, 1);
    expect(model.weights[0]).toBeCloseTo(1.5, 1);
    expect(model.weights[1]).toBeCloseTo(-2, 1);
  });

  it("stays finite on separable data", () => {
    const samples = [-2, -1, 1, 2].map((x) => ({ features: [x], positive: x > 0 }));
    const model = fitLogistic(samples);
    expect(Number.isFinite(model.weights[0])).toBe(true);
    expect(predictLogistic(model, [2])).toBeGreaterThan(0.7);
  });
});

describe("sigmoid, logit and logSumExp", () => {
  it("do not overflow and undo each other", () => {
    expect([sigmoid(1000), sigmoid(-1000), logit(sigmoid(3))].map((x) => Number(x.toFixed(9)))).toEqual([1, 0, 3]);
    expect(Number.isFinite(logit(0)) && Number.isFinite(logit(1))).toBe(true);
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.log(2), 9);
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  });
});
