import { emptyLedger, type LedgerSnapshot, localTenant, type Tenant, type TenantCaps } from "@reckon/core";
import { createFakeClock } from "@reckon/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDailyAccount } from "./daily-account.ts";
import { createMemoryTenantMeter } from "./memory-tenant-meter.ts";
import { createTenantGate, type TenantRequest } from "./tenant-gate.ts";

const never = new AbortController().signal;
const request = (more: Partial<TenantRequest> = {}): TenantRequest => ({
  overrides: {},
  wait: false,
  signal: never,
  ...more,
});
const tenant = (caps: TenantCaps, id = "acme"): Tenant => ({ id, caps });
const spending = (answerTokens: number): LedgerSnapshot => ({ ...emptyLedger(), answerTokens });
const nothing = emptyLedger();
function gateOf(clock = createFakeClock(), nowMs?: () => number) {
  return createTenantGate(createMemoryTenantMeter(clock, nowMs), clock);
}

describe("the gate of tenants", () => {
  it("lets everybody through where there are no caps", async () => {
    const gate = gateOf();
    const entries = await Promise.all(Array.from({ length: 100 }, () => gate.enter(localTenant, request())));
    expect(entries.every(({ caps, maxSamples }) => Object.keys(caps).length === 0 && maxSamples === undefined)).toBe(
      true,
    );
  });

  it("counts solves at once by tenant, and a solve that leaves twice once", async () => {
    const gate = gateOf();
    const acme = tenant({ maxConcurrent: 2 });
    const [first] = [await gate.enter(acme, request()), await gate.enter(acme, request())];
    await expect(gate.enter(acme, request())).rejects.toMatchObject({
      code: "resource-exhausted",
      retryAfterMs: 1_000,
    });
    await gate.enter(tenant({ maxConcurrent: 2 }, "globex"), request());
    first.leave(nothing);
    first.leave(nothing);
    await gate.enter(acme, request());
    await expect(gate.enter(acme, request())).rejects.toMatchObject({ code: "resource-exhausted" });
  });

  it("lets those who may wait in as others leave, and lets go of those whose request ends", async () => {
    const gate = gateOf();
    const acme = tenant({ maxConcurrent: 1 });
    const first = await gate.enter(acme, request());
    const gone = new AbortController();
    const waiting = gate.enter(acme, request({ wait: true }));
    const leaving = gate.enter(acme, request({ wait: true, signal: gone.signal }));
    gone.abort();
    await expect(leaving).rejects.toMatchObject({ code: "cancelled" });
    first.leave(nothing);
    const second = await waiting;
    await expect(gate.enter(acme, request())).rejects.toMatchObject({ code: "resource-exhausted" });
    second.leave(nothing);
  });

  it("counts solves by the minute, and says when the next may begin", async () => {
    const clock = createFakeClock();
    const gate = gateOf(clock);
    const acme = tenant({ solvesPerMinute: 6 });
    for (let index = 0; index < 6; index += 1) (await gate.enter(acme, request())).leave(nothing);
    await expect(gate.enter(acme, request())).rejects.toMatchObject({
      code: "resource-exhausted",
      retryAfterMs: 10_000,
      message: expect.stringContaining("6 solves"),
    });
    await clock.advance(10_000);
    (await gate.enter(acme, request())).leave(nothing);
  });

  it("refuses, by name, samples and priorities beyond the tenant's", async () => {
    const gate = gateOf();
    const acme = tenant({ maxSamples: 4, maxPriority: "low" });
    await expect(gate.enter(acme, request({ overrides: { samples: 5 } }))).rejects.toMatchObject({
      code: "permission-denied",
      message: "options.samples: 5 is more than the 4 that tenant acme may have",
    });
    await expect(gate.enter(acme, request({ overrides: { priority: "normal" } }))).rejects.toMatchObject({
      code: "permission-denied",
    });
    expect(await gate.enter(acme, request({ overrides: { samples: 4 } }))).toMatchObject({
      maxSamples: 4,
      priority: "low",
    });
  });

  it("refuses once the day's budget is spent, until midnight", async () => {
    let nowMs = Date.parse("2026-01-01T23:00:00Z");
    const gate = gateOf(createFakeClock(), () => nowMs);
    const acme = tenant({ daily: { maxOutputTokens: 100 }, maxConcurrent: 1 });
    const first = await gate.enter(acme, request());
    expect(first.caps).toEqual({ maxOutputTokens: 100 });
    first.leave(spending(90));
    const second = await gate.enter(acme, request({ overrides: { maxOutputTokens: 50 } }));
    expect(second.caps).toEqual({ maxOutputTokens: 10 });
    second.leave(spending(10));
    await expect(gate.enter(acme, request())).rejects.toMatchObject({
      code: "resource-exhausted",
      retryAfterMs: 3_600_000,
    });
    nowMs += 3_600_000;
    expect((await gate.enter(acme, request())).caps).toEqual({ maxOutputTokens: 100 });
  });
});

describe("a day's account", () => {
  it("never sets aside or spends more than there is, whatever is taken and settled in whatever order", () => {
    const steps = fc.array(
      fc.record({
        cap: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
        takers: fc.integer({ min: 1, max: 16 }),
        spends: fc.double({ min: 0, max: 1, noNaN: true }),
        settlesFirst: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), steps, (limit, all) => {
        const account = createDailyAccount({ maxOutputTokens: limit }, () => 0);
        const open: { held: number; finish: () => void }[] = [];
        let spent = 0;
        for (const { cap, takers, spends, settlesFirst } of all) {
          if (settlesFirst) open.shift()?.finish();
          const reserved = account.take({ maxOutputTokens: cap }, takers);
          if (reserved === undefined) continue;
          const held = reserved.caps.maxOutputTokens ?? expect.unreachable("no cap");
          expect(held).toBeGreaterThan(0);
          expect(held).toBeLessThanOrEqual(cap ?? limit);
          const used = Math.floor(held * spends);
          open.push({
            held,
            finish() {
              spent += used;
              reserved.settle(spending(used));
            },
          });
          const promised = open.reduce((sum, entry) => sum + entry.held, 0);
          expect(spent + promised).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
