import { describe, expect, it } from "vitest";
import { createHedgePolicy } from "./hedge-policy.ts";

describe("a hedge policy", () => {
  it("takes for slow what is slower than the quantile of recent calls", () => {
    const policy = createHedgePolicy({ quantile: 0.95, minDelayMs: 5, initialDelayMs: 700, history: 100 });
    for (let i = 0; i < 15; i += 1) policy.observed(10);
    expect(policy.delayMs()).toBe(700);
    for (let i = 1; i <= 100; i += 1) policy.observed(i);
    expect(policy.delayMs()).toBe(96);
    for (let i = 0; i < 100; i += 1) policy.observed(1);
    expect(policy.delayMs()).toBe(5);
  });

  it("allows a tenth of all calls a hedge, after a burst of few", () => {
    const policy = createHedgePolicy({ maxShare: 0.1 });
    let hedges = 0;
    for (let i = 0; i < 1_000; i += 1) {
      policy.called();
      if (policy.trySpend()) hedges += 1;
    }
    expect(hedges).toBeGreaterThan(95);
    expect(hedges).toBeLessThanOrEqual(101);
  });
});
