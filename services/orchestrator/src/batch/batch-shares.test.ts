import { emptyLedger, outputTokensOf } from "@reckon/core";
import type { PlanOption } from "@reckon/planning";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSharedAccount } from "../ledger/shared-account.ts";
import { createBatchShares } from "./batch-shares.ts";

/** Options of a problem by the accuracy of 1, 2, 4, ... samples of `tokens` each. */
function optionsOf(accuracies: readonly number[], tokens = 100): PlanOption[] {
  return accuracies.map((accuracy, place) => {
    const samples = 2 ** place;
    const outputTokens = samples * tokens;
    const cost = { calls: samples, promptTokens: 0, outputTokens, verifierTokens: 0, totalTokens: outputTokens };
    return {
      ...{ model: "m", method: "self-consistency", samples, window: 1, accuracy },
      cost: { ...cost, costUsd: undefined, latencyMs: undefined },
    };
  });
}

const easy = optionsOf([0.95, 0.96, 0.96]);
const split = optionsOf([0.4, 0.5, 0.65]);
const hopeless = optionsOf([0.01, 0.01, 0.01], 1_000);

describe("the shares of a batch", () => {
  it("go to those who gain most by them; the cheap begin, who gets nothing comes last", () => {
    const caps = { maxOutputTokens: 700 };
    const shares = createBatchShares([split, hopeless, easy], caps, createSharedAccount(caps));
    expect(shares?.order).toEqual([2, 0, 1]);
    const first = shares?.take(2);
    expect(first?.maxSamples).toBe(1);
    expect(first?.reason).toContain("by marginal gain: 1 sample for about 100 output tokens of 700");
  });

  it("grow with what others left", () => {
    const caps = { maxOutputTokens: 600 };
    const account = createSharedAccount(caps);
    const shares = createBatchShares([split, split], caps, account);
    const first = shares?.take(0);
    if (first === undefined) throw new Error("no share");
    account.settle(first.part, { ...emptyLedger(), answerTokens: 100 });
    expect(shares?.take(1)).toMatchObject({ part: { maxOutputTokens: 500 }, maxSamples: 4 });
  });

  it("are none where the account pays for all, or has no limits", () => {
    for (const caps of [{}, { maxOutputTokens: 10_000 }]) {
      expect(createBatchShares([easy, split], caps, createSharedAccount(caps))).toBeUndefined();
    }
  });

  it("never overdraw the account, whatever each spends of its part and whenever it ends", () => {
    const problem = fc.constantFrom(easy, split, hopeless);
    const uses = fc.record({ options: problem, used: fc.double({ min: 0, max: 1, noNaN: true }), waits: fc.boolean() });
    fc.assert(
      fc.property(fc.array(uses, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 3_000 }), (all, most) => {
        const caps = { maxOutputTokens: most, maxCalls: 20 };
        const account = createSharedAccount(caps);
        const shares = createBatchShares(
          all.map(({ options }) => options),
          caps,
          account,
        );
        if (shares === undefined) return;
        expect([...shares.order].sort((a, b) => a - b)).toEqual(all.map((_, place) => place));
        const open: (() => void)[] = [];
        for (const place of shares.order) {
          const { part, maxSamples } = shares.take(place);
          expect(maxSamples).toBeGreaterThanOrEqual(1);
          const { used = 0, waits } = all[place] ?? {};
          const answerTokens = Math.floor((part.maxOutputTokens ?? 0) * used);
          open.push(() => account.settle(part, { ...emptyLedger(), answerTokens }));
          if (!waits) open.shift()?.();
        }
        for (const settle of open) settle();
        expect(outputTokensOf(account.total)).toBeLessThanOrEqual(most);
      }),
    );
  });
});
