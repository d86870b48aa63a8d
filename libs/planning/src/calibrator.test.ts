import { calibrationError, createPrng } from "@reckon/stats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyCalibrator, type Calibrator, fitCalibrator } from "./calibrator.ts";

const overconfident = (count: number, seed: number) => {
  const random = createPrng(seed);
  return Array.from({ length: count }, () => {
    const truth = random.next();
    const votes = 1 + random.integer(8);
    // Twice the log-odds that are true.
    const odds = (truth / (1 - truth)) ** 2;
    return { confidence: odds / (1 + odds), votes, correct: random.next() < truth };
  });
};

describe("fitCalibrator", () => {
  it("repairs overconfidence on outcomes it has not seen", () => {
    const calibrator = fitCalibrator(overconfident(2_000, 1)) as Calibrator;
    const fresh = overconfident(2_000, 2);
    const error = (of: (sample: (typeof fresh)[number]) => number) =>
      calibrationError(fresh.map((sample) => ({ probability: of(sample), correct: sample.correct }))) as number;
    expect(error((sample) => sample.confidence)).toBeGreaterThan(0.08);
    expect(error((sample) => applyCalibrator(calibrator, sample))).toBeLessThan(0.04);
  });

  it("keeps the order of confidences, within [0, 1]", () => {
    const calibrator = fitCalibrator(overconfident(500, 3)) as Calibrator;
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, unit, fc.integer({ min: 1, max: 64 }), (a, b, votes) => {
        const [low, high] = [a, b]
          .sort((x, y) => x - y)
          .map((c) => applyCalibrator(calibrator, { confidence: c, votes }));
        expect(low).toBeLessThanOrEqual((high as number) + 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("does not fit where there is too little to fit on", () => {
    expect(fitCalibrator(overconfident(20, 1))).toBeUndefined();
    expect(fitCalibrator(overconfident(100, 1).map((s) => ({ ...s, correct: true })))).toBeUndefined();
  });
});
