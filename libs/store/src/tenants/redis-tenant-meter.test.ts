import { emptyLedger, type LedgerSnapshot, type Tenant, type TenantCaps } from "@reckon/core";
import { eventually, findRedisServer, type RedisServer, startRedis } from "@reckon/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRedisTenantMeter } from "./redis-tenant-meter.ts";
import { dayMs, type MeterEntry, type TenantMeter } from "./tenant-meter.ts";

const hasRedis = findRedisServer() !== undefined;
if (!hasRedis) console.warn("left out: tenants counted in Redis (there is no redis-server here)");
let redis: RedisServer | undefined;
beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
});
afterAll(() => redis?.stop());

const meters: TenantMeter[] = [];
afterEach(async () => {
  for (const meter of meters.splice(0)) await meter.close();
});
let prefixes = 0;
/** Two replicas. */
function replicas(nowMs: () => number = Date.now) {
  prefixes += 1;
  const make = () => {
    const options = { url: redis?.url ?? "", prefix: `t${prefixes}`, nowMs, warn: () => expect.unreachable("warned") };
    const meter = createRedisTenantMeter(options);
    meters.push(meter);
    return meter;
  };
  return [make(), make()] as const;
}
const tenant = (caps: TenantCaps, id = "acme"): Tenant => ({ id, caps });
const spending = (answerTokens: number, costUsd?: number): LedgerSnapshot => ({
  ...emptyLedger(),
  answerTokens,
  ...(costUsd !== undefined && { costUsd }),
});
async function entered(meter: TenantMeter, who: Tenant, own = {}): Promise<MeterEntry> {
  const answer = await meter.enter(who, own);
  return answer.type === "entered" ? answer : expect.unreachable(`refused: ${answer.why}`);
}

describe.skipIf(!hasRedis)("tenants counted in Redis", () => {
  it("have their solves at once over all replicas together", async () => {
    const [a, b] = replicas();
    const acme = tenant({ maxConcurrent: 2 });
    const first = await entered(a, acme);
    await entered(b, acme);
    expect(await a.enter(acme, {})).toMatchObject({ type: "refused", why: "concurrency" });
    await entered(a, tenant({ maxConcurrent: 2 }, "globex"));
    first.leave(emptyLedger());
    await eventually(async () => expect(await b.enter(acme, {})).toMatchObject({ type: "entered" }));
  });

  it("have their solves a minute over all replicas together", async () => {
    const [a, b] = replicas();
    const acme = tenant({ solvesPerMinute: 3 });
    for (const meter of [a, b, a]) (await entered(meter, acme)).leave(emptyLedger());
    const refusal = await b.enter(acme, {});
    expect(refusal).toMatchObject({ type: "refused", why: "rate" });
    const { retryAfterMs } = refusal as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
  });

  it("never set aside or spend more than the day's budget, whoever asks at once", async () => {
    const [a, b] = replicas();
    const acme = tenant({ daily: { maxOutputTokens: 1_000, maxCostUsd: 0.5 } });
    let spent = 0;
    const work = async (meter: TenantMeter, index: number) => {
      const answer = await meter.enter(acme, { maxOutputTokens: 40 + index });
      if (answer.type === "refused") return 0;
      const held = answer.held.maxOutputTokens ?? expect.unreachable("nothing set aside");
      expect(held).toBeLessThanOrEqual(40 + index);
      await new Promise((resolve) => setTimeout(resolve, index % 7));
      const used = Math.floor((held * (index % 5)) / 4);
      spent += used;
      answer.leave(spending(used, used / 10_000));
      return held;
    };
    for (let round = 0; round < 4; round += 1) {
      const held = await Promise.all(Array.from({ length: 60 }, (_, index) => work(index % 2 === 0 ? a : b, index)));
      expect(held.some((amount) => amount > 0)).toBe(round === 0 || held.some((amount) => amount > 0));
      expect(spent).toBeLessThanOrEqual(1_000);
    }
    expect(spent).toBeGreaterThan(500);
  });

  it("begin anew at midnight, while what began before is settled with the day it began", async () => {
    let nowMs = 20_000 * dayMs - 1_000;
    const [a, b] = replicas(() => nowMs);
    const acme = tenant({ daily: { maxOutputTokens: 80 }, maxConcurrent: 1 });
    const before = await entered(a, acme);
    expect(before.held).toEqual({ maxOutputTokens: 80 });
    nowMs += 2_000;
    before.leave(spending(80));
    await eventually(async () => expect((await entered(b, acme)).held).toEqual({ maxOutputTokens: 80 }));
    expect(await a.enter(tenant({ daily: { maxOutputTokens: 80 } }), {})).toMatchObject({
      why: "budget",
      retryAfterMs: dayMs - 1_000,
    });
  });

  it("are not served where they cannot be counted", async () => {
    const meter = createRedisTenantMeter({ url: "redis://127.0.0.1:1", warn: () => undefined });
    meters.push(meter);
    await expect(meter.enter(tenant({ maxConcurrent: 1 }), {})).rejects.toMatchObject({ code: "unavailable" });
  });
});
