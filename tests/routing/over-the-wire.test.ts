import { loadConfig } from "@reckon/config";
import { type GenerationEvent, problemFromPrompt, type RoutingFacts } from "@reckon/core";
import { type Router, routerOf } from "@reckon/service-model-proxy";
import { createModelServer, type ModelServer, type ModelServerOptions } from "@reckon/service-model-server";
import { afterEach, describe, expect, it } from "vitest";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const text = "1 + 2 = 3\n3 + 4 = 7\nAnswer: 7";
const serve = async (options: ModelServerOptions = {}): Promise<ModelServer> => {
  const server = await createModelServer({
    stub: { texts: [text], tokensPerSecond: 400, firstTokenMs: 5 },
    ...options,
  });
  cleanups.push(() => server.close());
  return server;
};
const routerTo = (servers: readonly ModelServer[], pool: object = {}, routing: object = {}): Router => {
  const endpoints = servers.map(({ url }) => `${url}/v1`).join(",");
  const settings = { kind: "vllm", endpoints, continue_from_prefix: "false", ...pool };
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags: { pools: { p: settings }, routing } });
  const router = routerOf(config, { warn: () => undefined });
  cleanups.push(() => router.close());
  return router;
};

async function generate(router: Router, samples: number, call: number, routing: RoutingFacts = {}) {
  const generation = await router.open(problemFromPrompt(`What is 1 + 2 + 4 + ${call}?`), {
    maxTokens: 64,
    routing: { affinityKey: `call-${call}`, ...routing },
  });
  for (let i = 0; i < samples; i += 1) generation.start(i);
  generation.finish();
  const events = await Array.fromAsync(generation.events);
  return events.filter((event) => event.type === "sample-ended");
}

type Ended = Extract<GenerationEvent, { type: "sample-ended" }>;
const outputOf = (ends: readonly Ended[]) =>
  ends.reduce((all, { usage, route }) => all + usage.outputTokens + (route?.hedgedUsage?.outputTokens ?? 0), 0);
const total = (servers: readonly ModelServer[], of: (server: ModelServer) => number) =>
  servers.reduce((all, server) => all + of(server), 0);

describe("routing over the wire", () => {
  it("brings samples through servers that refuse, break and hang up, and accounts for every token", async () => {
    const faults = (seed: number) => ({
      seed,
      faults: [
        { kind: "unavailable", rate: 0.15 },
        { kind: "rate-limited", rate: 0.05, retry_after_ms: 20 },
        { kind: "reset", rate: 0.05, after_tokens: 0 },
        { kind: "truncated", rate: 0.05, after_tokens: [1, 9] },
      ] as never,
    });
    const servers = [await serve(), await serve()];
    const router = routerTo(servers, {}, { max_retries: 6, retry_base: 0.01 });
    await router.listModels();
    // The first use of each server finds out by a request of one token what it can; that token is nobody's.
    const probed = () => servers.every((server) => server.counts().requests > 1);
    for (let call = -1; !probed() && call > -50; call -= 1) await generate(router, 1, call);
    expect(probed()).toBe(true);
    const before = total(servers, (server) => server.counts().generatedTokens);
    for (const [i, server] of servers.entries()) server.setFaults(faults(i));
    const calls = Array.from({ length: 20 }, (_, call) => generate(router, 4, call));
    const ends = (await Promise.all(calls)).flat();
    expect(ends).toHaveLength(80);
    // Only what broke with text of it out already may have failed.
    for (const end of ends) if (end.reason !== "stop") expect(end.usage.outputTokens).toBeGreaterThan(0);
    expect(ends.filter(({ reason }) => reason === "stop").length).toBeGreaterThan(60);
    expect(ends.some(({ route }) => route?.notes.some((note) => note.startsWith("tried again")))).toBe(true);
    const generated = total(servers, (server) => server.counts().generatedTokens) - before;
    expect(outputOf(ends)).toBe(generated);
    expect(await router.load()).toMatchObject({ liveSamples: 0, queuedSamples: 0 });
  });

  it("hedges a slow server, and pays for both", async () => {
    const servers = [await serve(), await serve()];
    const router = routerTo(servers, { hedge: "true" }, { hedge_max_share: 1, hedge_min_delay: 0.02 });
    for (let call = 0; call < 20; call += 1) await generate(router, 2, call);
    const before = servers.map((server) => server.counts().generatedTokens);
    const slow = [{ kind: "slow-first-byte", rate: 1, delay_ms: 4_000 }] as never;
    servers[0]?.setFaults({ faults: slow });
    const ends: Ended[] = [];
    for (let call = 20; call < 32; call += 1) ends.push(...(await generate(router, 1, call, { hedge: true })));
    const hedged = ends.filter(({ route }) => route?.notes.some((note) => note.startsWith("hedged on")));
    expect(hedged.length).toBeGreaterThan(0);
    for (const { route, reason } of hedged) expect([route?.attempts, reason]).toEqual([2, "stop"]);
    const generated = total(servers, (server) => server.counts().generatedTokens) - (before[0] ?? 0) - (before[1] ?? 0);
    expect(outputOf(ends)).toBe(generated);
  });

  it("survives the loss of a server under load, and takes it back", async () => {
    const [a, b] = [await serve(), await serve()];
    const router = routerTo([a, b], {}, { breaker_failures: 3, breaker_recovery: 0.2, retry_base: 0.01 });
    await generate(router, 2, 0);
    const running = Array.from({ length: 10 }, (_, call) => generate(router, 4, call));
    await a.close();
    const ends = (await Promise.all(running)).flat();
    expect(ends).toHaveLength(40);
    const later = (await Promise.all(Array.from({ length: 10 }, (_, call) => generate(router, 4, call)))).flat();
    expect(later.every(({ reason }) => reason === "stop")).toBe(true);
    const breakerOf = async () =>
      (await router.load()).replicas?.find(({ replica }) => replica === new URL(a.url).host)?.breaker;
    expect(await breakerOf()).not.toBe("closed");
    await serve({ port: a.port });
    for (let call = 10; (await breakerOf()) !== "closed" && call < 60; call += 1) {
      await generate(router, 4, call);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await breakerOf()).toBe("closed");
  });
});
