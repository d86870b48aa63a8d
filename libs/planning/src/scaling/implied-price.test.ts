import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { impliedPrice, outputTokensWithin, tokensAtPrice } from "./implied-price.ts";
import { curvesOf, type ModelCurves } from "./model-curves.ts";
import { pricedStop, thinkingAtPrice } from "./priced-way.ts";

const curves = curvesOf("reckon-embedded-1") as ModelCurves;
const problemsOf = (scores: readonly number[]) => scores.map((score) => ({ difficulty: { score } }));
const band = { upTo: 1, outputTokens: 100, spread: 0, curve: curves.bands[0]?.curve as never };
const simple: ModelCurves = {
  ...{ ...curves, ways: [] },
  bands: [
    {
      ...band,
      prices: [
        { tokenGain: 1, outputTokens: 100, accuracy: 0.5 },
        { tokenGain: 0.01, outputTokens: 400, accuracy: 0.7 },
      ],
    },
  ],
};

describe("impliedPrice", () => {
  it("is that at which the problems are expected to spend the budget, between those that were learned", () => {
    const implied = impliedPrice(problemsOf([0.2, 0.8]), simple, 400);
    expect(implied?.tokenGain).toBeCloseTo(0.1, 12);
    expect(implied?.outputTokens).toBe(400);
    expect(implied?.right).toBeCloseTo(1.2, 12);
  });

  it("is the nearest one beyond those that were learned, and says what it spends", () => {
    expect(impliedPrice(problemsOf([0.5]), simple, 10)).toMatchObject({ tokenGain: 1, outputTokens: 100 });
    expect(impliedPrice(problemsOf([0.5]), simple, 1e6)).toMatchObject({ tokenGain: 0.01, outputTokens: 400 });
  });

  it("is none where no prices were learned, or there is no problem", () => {
    expect(impliedPrice(problemsOf([0.5]), { ...simple, bands: [band] }, 100)).toBeUndefined();
    expect(impliedPrice([], simple, 100)).toBeUndefined();
  });

  it("never rises with the budget, whatever the problems", () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 20_000 }), (some, a, b) => {
        const at = (tokens: number) => impliedPrice(problemsOf(some), curves, tokens * some.length);
        const [less, more] = [at(Math.min(a, b)), at(Math.max(a, b))];
        expect(more?.tokenGain).toBeLessThanOrEqual(less?.tokenGain ?? 0);
      }),
    );
  });
});

describe("tokensAtPrice", () => {
  const at = (tokenGain: number, some = simple) => tokensAtPrice({ difficulty: { score: 0.5 } }, some, tokenGain);

  it("is what was learned, between prices by their logarithm, beyond them the nearest", () => {
    expect([1, 0.01, 0.1, 9, 1e-4].map((price) => at(price))).toEqual([100, 400, 250, 100, 400]);
    expect(at(1, { ...simple, bands: [band] })).toBeUndefined();
  });

  it("is about what the price was read from", () => {
    for (const tokens of [300, 600, 1200]) {
      const implied = impliedPrice(problemsOf([0.5]), curves, tokens);
      const back = tokensAtPrice({ difficulty: { score: 0.5 } }, curves, implied?.tokenGain ?? 0) ?? 0;
      expect(Math.abs(back / (implied?.outputTokens ?? 1) - 1)).toBeLessThan(0.05);
    }
  });
});

describe("outputTokensWithin", () => {
  const problem = {
    difficulty: { score: 0.5, priorAlpha: 1, priorBeta: 1, historyCount: 0, overridden: false },
    promptBytes: 100,
  };

  it("takes off prompts and what a verifier reads", () => {
    const prompt = Math.ceil(100 / curves.bytesPerPromptToken);
    expect(outputTokensWithin([problem], curves, { unit: "output-tokens", amount: 900 })).toBe(900);
    expect(outputTokensWithin([problem], curves, { unit: "total-tokens", amount: 900 })).toBe(450 - prompt);
    expect(outputTokensWithin([problem], { ...curves, verified: false }, { unit: "total-tokens", amount: 900 })).toBe(
      900 - prompt,
    );
    expect(outputTokensWithin([problem], curves, { unit: "usd", amount: 1 })).toBeUndefined();
  });
});

describe("pricedStop", () => {
  it("is never sure enough, and weighs tokens alone", () => {
    expect(pricedStop(0.2)).toEqual({ name: "value", threshold: 1, minVotes: 1, minGain: 0, gainPerKiloToken: 0.2 });
  });
});

describe("a search that is worth more at a price", () => {
  const search = { method: "beam", samples: 2, drafts: 1, threshold: 0.8 } as const;
  const searched: ModelCurves = { ...simple, ways: [{ tokenGain: 0.01, search }] };
  const implied = (tokens: number) => impliedPrice(problemsOf([0.5]), searched, tokens);

  it("is asked for from that price down, whole samples above it and where nothing can be searched", () => {
    expect(thinkingAtPrice(searched, 0.01)).toEqual({
      ...{ method: "beam", samples: 2, drafts: 1 },
      stopRule: { name: "confidence", threshold: 0.8, minVotes: 1 },
    });
    expect(thinkingAtPrice(searched, 0.011)).toEqual({ samples: 64, stopRule: pricedStop(0.011) });
    expect(thinkingAtPrice(searched, 0.01, false)).toEqual({ samples: 64, stopRule: pricedStop(0.01) });
  });

  it("takes what it takes: a budget has to reach it", () => {
    expect(implied(399)).toMatchObject({ tokenGain: 1, outputTokens: 100 });
    expect(implied(400)).toMatchObject({ tokenGain: 0.01, outputTokens: 400 });
    const tokens = [1, 0.1, 0.01].map((price) => tokensAtPrice({ difficulty: { score: 0.5 } }, searched, price));
    expect(tokens).toEqual([100, 100, 400]);
  });
});
