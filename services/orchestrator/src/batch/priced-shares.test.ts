import { emptyLedger, outputTokensOf } from "@reckon/core";
import { curvesOf, type ModelCurves } from "@reckon/planning";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSharedAccount } from "../ledger/shared-account.ts";
import { createBatchPrices } from "./batch-prices.ts";
import { createPricedShares } from "./priced-shares.ts";
import type { Priced } from "./prospect.ts";

const curves = curvesOf("reckon-embedded-1") as ModelCurves;
/** Whole samples alone, whose price moves with the budget; a search takes what it takes. */
const wholeOnly: ModelCurves = { ...curves, ways: [] };
const pricedOf = (score: number, of = curves): Priced => ({
  curves: of,
  planned: {
    difficulty: { score, priorAlpha: 1, priorBeta: 1, historyCount: 0, overridden: false },
    promptBytes: 30,
  },
});
const mixed = (count: number, of = curves) => Array.from({ length: count }, (_, i) => pricedOf((i % 10) / 10, of));

/** Shares of so many output tokens for some problems. */
function sharesOf(problems: readonly Priced[], amount: number, maxParallel = 4) {
  const prices = createBatchPrices(problems);
  if (prices === undefined) throw new Error("no prices");
  const ledger = createSharedAccount({ maxOutputTokens: amount });
  const budget = { unit: "output-tokens", amount } as const;
  const shares = createPricedShares({ problems: problems.length, prices, budget, ledger, maxParallel });
  return { shares, ledger };
}

/** Solves one after the other, each taking so much of what it is expected to; the price of each. */
function pricesAlong(taken: number, of = wholeOnly, count = 100, budget = 250): number[] {
  const { shares } = sharesOf(mixed(count, of), count * budget);
  return (shares?.order ?? []).map((place) => {
    const share = shares?.take(place);
    if (share === undefined) throw new Error("no share");
    const expected = Number(/about (\d+) output tokens/.exec(share.reason ?? "")?.[1]);
    const answerTokens = Math.min(share.part.maxOutputTokens ?? 0, Math.round(taken * expected));
    shares?.settle(place, share, { ...emptyLedger(), answerTokens });
    return share.tokenGain ?? Number.NaN;
  });
}

describe("shares by one price", () => {
  it("give the problems that begin together the same price, and let each of few among many go far", () => {
    const { shares } = sharesOf(mixed(100, wholeOnly), 40_000);
    const some = [0, 1].map((place) => shares?.take(place));
    expect(some[0]).toMatchObject({ tokenGain: expect.any(Number), maxSamples: 64 });
    expect(some[1]?.tokenGain).toBe(some[0]?.tokenGain);
    expect(some[0]?.reason).toMatch(
      /one price for the batch: a thousand output tokens have to add [\d.]+ to P\(right\)/,
    );
    const expected = Number(/about (\d+) output tokens/.exec(some[0]?.reason ?? "")?.[1]);
    expect(some[0]?.part.maxOutputTokens).toBeGreaterThan(7 * expected);
    expect(some[0]?.part.maxOutputTokens).toBeLessThan(9 * expected);
  });

  it("keep the price where problems take what was expected, lower it where they take less, raise it where more", () => {
    const [same, less, more] = [1, 0.6, 1.6].map((taken) => pricesAlong(taken));
    const halfway = (prices: number[] | undefined) => (prices?.[50] ?? 0) / (prices?.[0] ?? 1);
    expect(halfway(same)).toBeGreaterThan(0.8);
    expect(halfway(same)).toBeLessThan(1.25);
    expect(halfway(less)).toBeLessThan(0.7);
    expect(halfway(more)).toBeGreaterThan(1.3);
  });

  it("go over to a dearer search once what others left pays for it", () => {
    const between = 330;
    const prices = pricesAlong(1, curves, 100, between);
    expect(prices.at(-1)).toBeLessThan(prices[0] ?? 0);
    expect(curves.ways?.some(({ tokenGain }) => tokenGain === prices.at(-1))).toBe(true);
  });

  it("are none where a vote for each is more than there is, or problems are not priced alike", () => {
    expect(sharesOf(mixed(20), 20 * 60).shares).toBeUndefined();
    expect(createBatchPrices([pricedOf(0.5), undefined])).toBeUndefined();
    expect(createBatchPrices([pricedOf(0.5), { ...pricedOf(0.5), curves: { ...curves } }])).toBeUndefined();
    const prices = createBatchPrices(mixed(3));
    expect(prices?.at([0, 1, 2], { unit: "usd", amount: 5 })).toBeUndefined();
    expect(prices?.at([0, 1, 2], { unit: "total-tokens", amount: 1e4 })?.tokenGain).toBeGreaterThan(0);
    expect(prices?.at([0, 1, 2], { unit: "total-tokens", amount: 3 })).toBeUndefined();
  });

  it("never overdraw the account, and leave something for everybody whom the others leave their part", () => {
    const uses = fc.array(fc.record({ used: fc.double({ min: 0, max: 1, noNaN: true }), waits: fc.boolean() }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(uses, fc.integer({ min: 260, max: 2_000 }), fc.integer({ min: 1, max: 8 }), (all, each, parallel) => {
        const amount = all.length * each;
        const { shares, ledger } = sharesOf(mixed(all.length), amount, parallel);
        if (shares === undefined) return;
        expect(shares.order).toHaveLength(all.length);
        const open: (() => void)[] = [];
        for (const place of shares.order) {
          const share = shares.take(place);
          expect(share.part.maxOutputTokens).toBeGreaterThan(0);
          const { used = 0, waits } = all[place] ?? {};
          const answerTokens = Math.floor((share.part.maxOutputTokens ?? 0) * used);
          open.push(() => shares.settle(place, share, { ...emptyLedger(), answerTokens }));
          while (open.length >= parallel || (!waits && open.length > 0)) open.shift()?.();
        }
        for (const settle of open) settle();
        expect(outputTokensOf(ledger.total)).toBeLessThanOrEqual(amount);
      }),
    );
  });
});
