import { createPrng, logLossOf } from "@reckon/stats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyCalibrator, type Calibrator, calibratorFor } from "./calibrator.ts";
import { countFeatures, rawFeature } from "./confidence-features.ts";
import { type CalibrationSample, crossFit, fitCalibrator, predictorOf } from "./fit-calibrator.ts";

/** Outcomes of raw confidences that claim twice the log-odds that are true; more votes for the answer than they know of. */
function overconfident(count: number, seed: number): CalibrationSample[] {
  const random = createPrng(seed);
  return Array.from({ length: count }, () => {
    const truth = random.next();
    const votes = 1 + random.integer(8);
    const mine = 1 + random.integer(votes);
    const odds = (truth / (1 - truth)) ** 2;
    const chance = truth ** (1 / (1 + mine - (votes - mine) / 4));
    return {
      features: { raw: rawFeature(odds / (1 + odds)), ...countFeatures(mine, votes) },
      correct: random.next() < chance,
    };
  });
}

const scope = { of: "agreement" } as const;

describe("fitCalibrator", () => {
  it("lowers the log loss on outcomes that it has not seen", () => {
    const calibrator = fitCalibrator(overconfident(2_000, 1), scope) as Calibrator;
    const fresh = overconfident(2_000, 2);
    const loss = (of: (sample: CalibrationSample) => number) =>
      logLossOf(fresh.map((sample) => ({ probability: of(sample), correct: sample.correct })));
    const raw = loss(({ features }) => 1 / (1 + Math.exp(-(features.raw ?? 0))));
    expect(loss(({ features }) => applyCalibrator(calibrator, features) as number)).toBeLessThan(raw - 0.05);
    expect(Object.keys(calibrator.weights)).toContain("support");
  });

  it("never lowers a confidence for a higher raw one, more votes for the answer or fewer others", () => {
    const calibrators = [60, 300, 2_000].map((count) => fitCalibrator(overconfident(count, 3), scope) as Calibrator);
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const counts = fc.integer({ min: 0, max: 64 });
    fc.assert(
      fc.property(
        fc.constantFrom(...calibrators),
        ...([unit, unit, counts, counts, counts, counts] as const),
        (calibrator, a, b, m, n, others, more) => {
          const of = (raw: number, mine: number, rest: number) =>
            applyCalibrator(calibrator, { raw: rawFeature(raw), ...countFeatures(mine, mine + rest) }) as number;
          const low = of(Math.min(a, b), 1 + Math.min(m, n), others + more);
          const high = of(Math.max(a, b), 1 + Math.max(m, n), others);
          expect(low).toBeLessThanOrEqual(high + 1e-12);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("uses only the raw confidence where there are few outcomes, and no free function under some hundreds", () => {
    expect(Object.keys(fitCalibrator(overconfident(100, 4), scope)?.weights ?? {})).toEqual(["raw"]);
    expect(fitCalibrator(overconfident(400, 4), scope)?.isotonic).toBeUndefined();
  });

  it("does not fit where there is too little to fit on", () => {
    expect(fitCalibrator(overconfident(40, 1), scope)).toBeUndefined();
    expect(
      fitCalibrator(
        overconfident(100, 1).map((sample) => ({ ...sample, correct: true })),
        scope,
      ),
    ).toBeUndefined();
    const fewProblems = overconfident(400, 1).map((sample, i) => ({ ...sample, group: String(i % 40) }));
    expect(fitCalibrator(fewProblems, scope)).toBeUndefined();
  });

  it("learns nothing from a raw confidence that says nothing", () => {
    const random = createPrng(5);
    const noise = overconfident(120, 6).map(({ features }, i) => ({
      features: { raw: features.raw },
      // Right in inverse order: a falling map is refused.
      correct: (features.raw ?? 0) + (random.next() - 0.5) * 0.1 < (i % 7) * 0.01,
    }));
    expect(fitCalibrator(noise, scope)).toBeUndefined();
  });
});

describe("crossFit", () => {
  it("gives each state a probability by a fit that has seen none of its problem", () => {
    const samples = overconfident(300, 7).map((sample, i) => ({ ...sample, group: String(i % 60) }));
    const seen: Set<string>[] = [];
    const result = crossFit(samples, (rest) => {
      seen.push(new Set(rest.map(({ group }) => group as string)));
      return predictorOf(fitCalibrator(rest, scope));
    });
    expect(result).toHaveLength(300);
    expect(new Set(result.map(({ sample }) => sample)).size).toBe(300);
    for (const groups of seen) expect(groups.size).toBe(48);
  });
});

describe("calibratorFor", () => {
  const one = (scopeOf: Partial<Calibrator>): Calibrator => ({
    of: "verifier",
    intercept: 0,
    weights: { raw: 1 },
    outcomes: 99,
    ...scopeOf,
  });

  it("takes the domain's before the model's, and the very signs before any", () => {
    const any = one({});
    const signs = one({ signs: "both" });
    const domain = one({ domain: "ratio" });
    const all = [any, signs, domain, one({ domain: "code", signs: "both" })];
    expect(calibratorFor(all, { of: "verifier", signs: "both", domain: "ratio" })).toBe(domain);
    expect(calibratorFor(all, { of: "verifier", signs: "both", domain: "sequence" })).toBe(signs);
    expect(calibratorFor(all, { of: "verifier", signs: "verifier" })).toBe(any);
    expect(calibratorFor(all, { of: "logprob" })).toBeUndefined();
  });

  it("leaves alone what lacks a feature that it needs", () => {
    expect(applyCalibrator(one({ weights: { raw: 1, logprob: 1 } }), { raw: 0 })).toBeUndefined();
  });
});
