import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EvidenceModel, evidenceKind, evidenceOf, signsWorth } from "./evidence.ts";

const model: EvidenceModel = {
  limit: 3,
  kinds: {
    verifier: { score: 0.6, logprob: 0, intercept: 0.2, typical: 2 },
    logprob: { score: 0, logprob: 0.4, intercept: 1, typical: 1 },
  },
};

describe("evidenceOf", () => {
  it("is nothing where nothing is known, or nothing was learned of it", () => {
    expect(evidenceOf({}, model)).toBe(0);
    expect(evidenceOf({ logprob: -2 }, { limit: 3, kinds: {} })).toBe(0);
  });

  it("takes the score alone where both signs were never fitted together", () => {
    expect(evidenceOf({ score: 0.9, logprob: -9 }, model)).toBe(evidenceOf({ score: 0.9 }, model));
    const both = { ...model, kinds: { ...model.kinds, both: { score: 0.5, logprob: 0.1, intercept: 0, typical: 1 } } };
    expect(evidenceOf({ score: 0.9, logprob: -9 }, both)).toBeLessThan(evidenceOf({ score: 0.9, logprob: -1 }, both));
  });

  it("rises with score and log-probability, within its limit", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const nats = fc.double({ min: -100, max: 0, noNaN: true });
    fc.assert(
      fc.property(unit, unit, nats, nats, (a, b, c, d) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [rare, likely] = [Math.min(c, d), Math.max(c, d)];
        expect(evidenceOf({ score: high }, model)).toBeGreaterThanOrEqual(evidenceOf({ score: low }, model));
        expect(evidenceOf({ logprob: likely }, model)).toBeGreaterThanOrEqual(evidenceOf({ logprob: rare }, model));
        for (const signs of [{ score: a }, { logprob: c }]) {
          expect(Math.abs(evidenceOf(signs, model))).toBeLessThanOrEqual(model.limit);
        }
      }),
    );
  });
});

describe("signsWorth", () => {
  it("undoes evidenceOf, as far as chains can be that likely", () => {
    for (const evidence of [-2, -0.5, 0, 0.9]) {
      for (const kind of ["verifier", "logprob"] as const) {
        expect(evidenceOf(signsWorth(evidence, model, kind), model)).toBeCloseTo(evidence, 9);
      }
    }
    expect(signsWorth(2, model, "logprob")).toEqual({ logprob: 0 });
    expect(signsWorth(2, model, undefined)).toEqual({});
  });
});

describe("evidenceKind", () => {
  it("says what is known", () => {
    expect([evidenceKind(true, true), evidenceKind(true, false), evidenceKind(false, true)]).toEqual([
      "both",
      "verifier",
      "logprob",
    ]);
    expect(evidenceKind(false, false)).toBeUndefined();
  });
});
