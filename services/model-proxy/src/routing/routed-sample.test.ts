import { createFakeClock } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { endsOf, type Script, type Step, say, scriptPools, textOf } from "./scripted-pools.fixture.ts";

const endpoints = ["http://a:1/v1", "http://b:1/v1"];
const pool = (more: object = {}) => ({ pools: { p: { kind: "vllm", endpoints, ...more } } });
const answer = say("1 + 1 = 2");

/** The first replica that is asked behaves badly, the others well. */
const firstBad = (bad: readonly Step[]): Script => {
  let first: string | undefined;
  return ({ replica }) => {
    first ??= replica;
    return replica === first ? bad : answer;
  };
};

describe("a routed sample", () => {
  it("tells where it was generated and what it took", async () => {
    const { generate } = scriptPools(
      createFakeClock(1_000_000),
      pool({ price_prompt: 1, price_output: 2 }),
      () => answer,
    );
    const events = await generate(1);
    expect(textOf(events)).toBe("1 + 1 = 2");
    const [end] = endsOf(events);
    expect(end).toMatchObject({ reason: "stop", usage: { promptTokens: 10, outputTokens: 5 } });
    expect(end?.route).toMatchObject({ backend: "p", attempts: 1, notes: [] });
    expect(end?.route?.costUsd).toBeCloseTo(20e-6, 12);
    expect(events.map(({ type }) => type).filter((type) => type === "sample-started")).toHaveLength(1);
  });

  it("goes to another replica at once where the first one is broken", async () => {
    const { generate, requests, clock } = scriptPools(
      createFakeClock(1_000_000),
      pool(),
      firstBad([{ fail: "unavailable" }]),
    );
    const beganAtMs = clock.nowMs();
    const [end] = endsOf(await generate(1));
    expect(end).toMatchObject({ reason: "stop", usage: { promptTokens: 10, outputTokens: 5 } });
    expect(end?.route).toMatchObject({ attempts: 1, notes: [expect.stringContaining("tried again")] });
    expect(new Set(requests.map(({ replica }) => replica)).size).toBe(2);
    expect((requests[1]?.atMs ?? 0) - beganAtMs).toBeLessThanOrEqual(100);
    expect(requests.map(({ sample }) => sample)).toEqual([0, 0]);
  });

  it("waits as long as a 429 asks, and does not blame the replica", async () => {
    let calls = 0;
    const script: Script = () => (calls++ === 0 ? [{ fail: "resource-exhausted", retryAfterMs: 5_000 }] : answer);
    const { generate, requests, router } = scriptPools(createFakeClock(1_000_000), pool(), script);
    expect(endsOf(await generate(1))[0]?.reason).toBe("stop");
    const [first, second] = requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(5_000);
    const { replicas } = await router.load();
    expect(replicas?.every(({ breaker }) => breaker === "closed")).toBe(true);
  });

  it("gives up after its retries, with the last failure", async () => {
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), pool(), () => [{ fail: "unavailable" }]);
    const [end] = endsOf(await generate(1));
    expect(end).toMatchObject({ reason: "failed", retryable: true, failure: expect.stringContaining("says no") });
    expect(requests).toHaveLength(3);
  });

  it("does not try again what no replica could do", async () => {
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), pool(), () => [
      { fail: "invalid-argument", retryable: false },
    ]);
    expect(endsOf(await generate(1))[0]).toMatchObject({ reason: "failed", retryable: false });
    expect(requests).toHaveLength(1);
  });

  it("continues from its text where it broke, within its limit of tokens", async () => {
    const script: Script = ({ overrides }) =>
      overrides.prefix === undefined ? [...say("1 + 1"), { fail: "unavailable" }] : say(" = 2 or so, I think");
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), pool(), script);
    const events = await generate(1, { maxTokens: 5 });
    expect(requests[1]?.overrides).toMatchObject({ prefix: "1 + 1", maxTokens: 2 });
    expect(textOf(events)).toBe("1 + 1 = 2");
    const [end] = endsOf(events);
    expect(end).toMatchObject({ reason: "length", usage: { promptTokens: 20, outputTokens: 5 } });
    expect(end?.route).toMatchObject({ attempts: 2, notes: [expect.stringContaining("continued after 3 tokens")] });
  });

  it("fails where it broke and the model cannot continue", async () => {
    const models = () => [{ capabilities: { continueFromPrefix: false } as never }];
    const script: Script = () => [...say("1 + 1"), { fail: "unavailable" }];
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), pool(), script, { models });
    expect(endsOf(await generate(1))[0]).toMatchObject({ reason: "failed", usage: { outputTokens: 3 } });
    expect(requests).toHaveLength(1);
  });

  it("gives up a replica without a first token in time, counts what that cost, and goes elsewhere", async () => {
    const { generate, news } = scriptPools(createFakeClock(1_000_000), pool(), firstBad([{ waitMs: 600_000 }]));
    const [end] = endsOf(await generate(1));
    expect(end).toMatchObject({ reason: "stop", usage: { promptTokens: 10, outputTokens: 5 } });
    expect(end?.route).toMatchObject({ attempts: 2, hedgedUsage: { promptTokens: 10, outputTokens: 0 } });
    expect(news.some((line) => line.includes("timed-out"))).toBe(true);
  });

  it("makes no more requests that compute than it may", async () => {
    const slow: Script = () => [{ waitMs: 600_000 }];
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), pool(), slow);
    const [end] = endsOf(await generate(1, { routing: { maxAttempts: 1 } }));
    expect(end).toMatchObject({ reason: "failed", failure: expect.stringContaining("no token within 30 s") });
    expect(requests).toHaveLength(1);
  });

  it("ends once when it is cancelled, wherever it is", async () => {
    const { router, drive, clock } = scriptPools(createFakeClock(1_000_000), pool(), () => [
      ...say("1 2 3"),
      { waitMs: 60_000 },
      ...answer,
    ]);
    const generation = await drive(
      router.open({ messages: [{ role: "user", content: "x" }], answerKind: undefined }, {}),
    );
    generation.start(0);
    generation.start(1);
    generation.cancel(1);
    await clock.advance(100);
    generation.cancel(0);
    generation.cancel(0);
    generation.finish();
    const ends = endsOf(await drive(Array.fromAsync(generation.events)));
    expect(ends.map(({ sample, reason }) => `${sample} ${reason}`).sort()).toEqual(["0 cancelled", "1 cancelled"]);
    expect(ends.find(({ sample }) => sample === 0)?.usage.outputTokens).toBe(3);
    expect(await router.load()).toMatchObject({ liveSamples: 0 });
    expect((await router.load()).replicas?.every(({ liveSamples }) => liveSamples === 0)).toBe(true);
  });
});

describe("hedging", () => {
  const hedged = pool({ hedge: true });
  const routing = { hedge: true };

  it("asks a second replica where the first token is slow; the faster one counts, both are paid for", async () => {
    const { generate, requests, news } = scriptPools(
      createFakeClock(1_000_000),
      hedged,
      firstBad([{ waitMs: 20_000 }, ...answer]),
    );
    const events = await generate(1, { routing });
    const [end] = endsOf(events);
    expect(textOf(events)).toBe("1 + 1 = 2");
    expect(end).toMatchObject({ reason: "stop", usage: { promptTokens: 10, outputTokens: 5 } });
    expect(end?.route).toMatchObject({ attempts: 2, hedgedUsage: { promptTokens: 10, outputTokens: 0 } });
    expect(requests).toHaveLength(2);
    expect(requests[0]?.sample).toBe(requests[1]?.sample);
    expect(news.filter((line) => line.includes("lost-hedge"))).toHaveLength(1);
  });

  it.each([
    ["the caller has no room for it", {}],
    ["only one request may compute", { routing: { hedge: true, maxAttempts: 1 } }],
  ])("does not where %s", async (_why, options) => {
    const { generate, requests } = scriptPools(
      createFakeClock(1_000_000),
      hedged,
      firstBad([{ waitMs: 20_000 }, ...answer]),
    );
    const [end] = endsOf(await generate(1, options));
    expect(end?.route).toMatchObject({ attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it("keeps to its share of all samples", async () => {
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), hedged, () => [
      { waitMs: 5_000 },
      ...answer,
    ]);
    for (let i = 0; i < 10; i += 1) await generate(4, { routing });
    expect(requests.length).toBeGreaterThan(40);
    expect(requests.length).toBeLessThanOrEqual(46);
  });

  it("goes on with the other one where one of the two breaks", async () => {
    const script = firstBad([{ waitMs: 8_000 }, { fail: "unavailable" }]);
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), hedged, (request) => {
      const steps = script(request);
      return requests.length > 1 ? [{ waitMs: 12_000 }, ...answer] : steps;
    });
    const [end] = endsOf(await generate(1, { routing }));
    expect(end).toMatchObject({ reason: "stop", usage: { outputTokens: 5 } });
    expect(requests).toHaveLength(2);
  });
});

describe("a circuit breaker of a replica", () => {
  it("opens after its failures, keeps samples away, lets a probe through later and closes again", async () => {
    let broken = true;
    let bad: string | undefined;
    const { generate, requests, news, clock, router } = scriptPools(
      createFakeClock(1_000_000),
      { ...pool(), routing: { breaker_failures: 3 } },
      (r) => {
        bad ??= r.replica;
        return broken && r.replica === bad ? [{ fail: "unavailable" }] : answer;
      },
    );
    const routing = { affinityKey: "solve" };
    for (let i = 0; i < 5; i += 1) expect(endsOf(await generate(1, { routing }))[0]?.reason).toBe("stop");
    expect(requests.filter(({ replica }) => replica === bad)).toHaveLength(3);
    expect((await router.load()).replicas?.map(({ breaker }) => breaker).sort()).toEqual(["closed", "open"]);
    broken = false;
    await clock.advance(60_000);
    await generate(1, { routing });
    expect(requests.at(-1)?.replica).toBe(bad);
    expect(news.filter((line) => /open|closed/.test(line))).toEqual([
      `${bad} open`,
      `${bad} half-open`,
      `${bad} closed`,
    ]);
  });

  it("of all replicas makes samples fail at once, and says until when", async () => {
    const sections = { ...pool(), routing: { breaker_failures: 1, max_retries: 1 } };
    const { generate, requests } = scriptPools(createFakeClock(1_000_000), sections, () => [{ fail: "unavailable" }]);
    await generate(1);
    const [end] = endsOf(await generate(1));
    expect(end).toMatchObject({
      reason: "failed",
      retryable: true,
      failure: expect.stringContaining("circuit breaker"),
    });
    expect(end?.retryAfterMs).toBeGreaterThan(50_000);
    expect(requests).toHaveLength(2);
  });
});
