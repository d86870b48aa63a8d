import { outputTokensOf, type SampleEnd, totalTokensOf } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLedgerKeeper } from "./ledger-keeper.ts";

const usage = (outputTokens: number, promptTokens = 10) => ({ promptTokens, cachedPromptTokens: 0, outputTokens });
const prices = { promptUsd: 2, outputUsd: 10 };

describe("the ledger of a solve", () => {
  it("sets aside before it spends, and gives back what was not used", () => {
    const ledger = createLedgerKeeper({ caps: { maxOutputTokens: 100 }, promptBound: 50 });
    expect(ledger.reserve(0, { maxTokens: 60, attempts: 1 })).toBe(true);
    expect(ledger.reserve(1, { maxTokens: 60, attempts: 1 })).toBe(false);
    ledger.settle(0, "cancelled", usage(5));
    expect(ledger.affordableTokens(1, 1)).toBe(95);
    expect(ledger.snapshot).toMatchObject({ calls: 1, cancelledTokens: 5, promptTokens: 10 });
  });

  it("reserves every attempt, and books hedges that lost", () => {
    const ledger = createLedgerKeeper({ caps: { maxOutputTokens: 100, maxCalls: 3 }, promptBound: 50 });
    expect(ledger.reserve(0, { maxTokens: 40, attempts: 2 })).toBe(true);
    expect(ledger.affordableTokens(1, 1)).toBe(20);
    ledger.settle(0, "stop", usage(30), { backend: "b", replica: "r", attempts: 2, hedgedUsage: usage(7), notes: [] });
    expect(ledger.snapshot).toMatchObject({ calls: 2, answerTokens: 30, hedgedTokens: 7, promptTokens: 20 });
    expect(ledger.affordableTokens(2, 1)).toBe(0);
    expect(ledger.affordableTokens(1, 1)).toBe(63);
  });

  it("counts money by the backend's word, else by the prices", () => {
    const ledger = createLedgerKeeper({ caps: { maxCostUsd: 0.001 }, prices, promptBound: 50 });
    expect(ledger.affordableTokens(1, 1)).toBe(90);
    expect(ledger.reserve(0, { maxTokens: 90, attempts: 1 })).toBe(true);
    ledger.settle(0, "stop", usage(20));
    expect(ledger.snapshot.costUsd).toBeCloseTo(0.00022, 12);
    expect(ledger.reserve(1, { maxTokens: 1, attempts: 1 })).toBe(true);
    const route = { backend: "b", replica: "r", attempts: 1, costUsd: 0.0001, notes: [] };
    ledger.settle(1, "stop", usage(1), route);
    expect(ledger.snapshot.costUsd).toBeCloseTo(0.00032, 12);
  });

  it("keeps aside what a sample may have spent that was not heard of to its end", () => {
    const ledger = createLedgerKeeper({ caps: { maxOutputTokens: 100 }, promptBound: 50 });
    ledger.reserve(0, { maxTokens: 60, attempts: 1 });
    ledger.settleUnheard(0, "failed", usage(20));
    ledger.settleUnheard(0, "failed", usage(20));
    expect(ledger.snapshot.failedTokens).toBe(20);
    expect(ledger.affordableTokens(1, 1)).toBe(40);
  });

  it("keeps aside what a verifier was asked and never answered", () => {
    const ledger = createLedgerKeeper({ caps: { maxTotalTokens: 1_000 }, promptBound: 50 });
    expect(ledger.reserveVerification("0 0", 300, 0)).toBe(true);
    expect(ledger.reserveVerification("1 0", 300, 0)).toBe(true);
    expect(ledger.reserveVerification("2 0", 500, 0)).toBe(false);
    ledger.settleVerification("0 0", { tokens: 12, costUsd: undefined, calls: 0 });
    expect(ledger.affordableTokens(1, 1)).toBe(1_000 - 12 - 300 - 50);
  });

  it("never spends more than its caps, whatever ends in whatever order", () => {
    const cap = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
    const caps = fc.record({
      maxCalls: cap(12),
      maxOutputTokens: cap(500),
      maxTotalTokens: cap(1_500),
      maxCostUsd: fc.option(fc.double({ min: 0, max: 0.01, noNaN: true }), { nil: undefined }),
    });
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    const ends = fc.constantFrom<SampleEnd>("stop", "length", "cancelled", "pruned", "failed");
    const step = fc.record({
      maxTokens: fc.integer({ min: 1, max: 120 }),
      attempts: fc.integer({ min: 1, max: 2 }),
      ...{ used: part, hedged: part, prompt: part, end: ends, settles: fc.integer({ min: 0, max: 3 }) },
      verifies: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(caps, fc.array(step, { maxLength: 40 }), (limit, steps) => {
        const promptBound = 30;
        const ledger = createLedgerKeeper({ caps: limit, prices, promptBound, verifierUsdPerMillion: 2 });
        const live: (() => void)[] = [];
        steps.forEach((one, index) => {
          const { maxTokens, attempts } = one;
          const prompt = Math.floor(one.prompt * promptBound);
          if (ledger.reserve(index, { maxTokens, attempts })) {
            live.push(() =>
              ledger.settle(index, one.end, usage(Math.round(one.used * maxTokens), prompt), {
                ...{ backend: "b", replica: "r", notes: [], attempts },
                ...(attempts > 1 && { hedgedUsage: usage(Math.round(one.hedged * maxTokens), prompt) }),
                costUsd:
                  (attempts * prompt * prices.promptUsd +
                    (Math.round(one.used * maxTokens) + (attempts > 1 ? Math.round(one.hedged * maxTokens) : 0)) *
                      prices.outputUsd) /
                  1e6,
              }),
            );
          }
          const { verifies } = one;
          if (verifies !== undefined && ledger.reserveVerification(`${index}`, verifies, 1)) {
            const tokens = Math.floor(verifies * one.used);
            const costUsd = (tokens * prices.promptUsd) / 1e6;
            live.push(() => ledger.settleVerification(`${index}`, { tokens, costUsd, calls: 1 }));
          }
          for (let i = 0; i < one.settles; i += 1) live.splice(Math.floor(one.hedged * live.length), 1)[0]?.();
        });
        for (const settle of live) settle();
        const { snapshot } = ledger;
        expect(snapshot.calls).toBeLessThanOrEqual(limit.maxCalls ?? Number.POSITIVE_INFINITY);
        expect(outputTokensOf(snapshot)).toBeLessThanOrEqual(limit.maxOutputTokens ?? Number.POSITIVE_INFINITY);
        expect(totalTokensOf(snapshot)).toBeLessThanOrEqual(limit.maxTotalTokens ?? Number.POSITIVE_INFINITY);
        expect(snapshot.costUsd ?? 0).toBeLessThanOrEqual((limit.maxCostUsd ?? Number.POSITIVE_INFINITY) + 1e-9);
      }),
      { numRuns: 300 },
    );
  });
});
