import { emptyLedger, outputTokensOf } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSharedAccount, isDry } from "./shared-account.ts";

describe("a shared account", () => {
  it("gives even shares of every limit, and takes back what was not used", () => {
    const account = createSharedAccount({ maxCalls: 10, maxOutputTokens: 1_000, maxCostUsd: 1 });
    const first = account.take(4);
    expect(first).toEqual({ maxCalls: 2, maxOutputTokens: 250, maxCostUsd: 0.25 });
    account.settle(first, { ...emptyLedger(), calls: 1, answerTokens: 100, costUsd: 0.1 });
    expect(account.take(1)).toEqual({ maxCalls: 9, maxOutputTokens: 900, maxCostUsd: 0.9 });
    expect(isDry(account.take(1))).toBe(true);
    expect(account.total).toMatchObject({ calls: 1, answerTokens: 100, costUsd: 0.1, maxOutputTokens: 1_000 });
  });

  it("sets no limit where it has none", () => {
    const part = createSharedAccount({}).take(3);
    expect(part).toEqual({});
    expect(isDry(part)).toBe(false);
  });

  it("is never overdrawn by requests that keep to their parts", () => {
    const requests = fc.array(
      fc.record({ takers: fc.integer({ min: 1, max: 5 }), used: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), requests, (maxOutputTokens, all) => {
        const account = createSharedAccount({ maxOutputTokens });
        const open: (() => void)[] = [];
        for (const { takers, used } of all) {
          const part = account.take(takers);
          const answerTokens = Math.floor((part.maxOutputTokens ?? 0) * used);
          open.push(() => account.settle(part, { ...emptyLedger(), answerTokens }));
          if (used < 0.5) open.shift()?.();
        }
        for (const settle of open) settle();
        expect(outputTokensOf(account.total)).toBeLessThanOrEqual(maxOutputTokens);
      }),
    );
  });
});
