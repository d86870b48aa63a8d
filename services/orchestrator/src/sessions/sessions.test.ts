import { createReckon, type Outcome, type Reckon, type SolveEvent } from "@reckon/client";
import { systemClock } from "@reckon/core";
import { defaultPlanningSettings } from "@reckon/planning";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { createRpcClient } from "@reckon/rpc";
import { createLogger } from "@reckon/telemetry";
import {
  createScriptedBackend,
  eventually,
  findRedisServer,
  type RedisServer,
  type ScriptedBackend,
  startRedis,
  startTestServer,
} from "@reckon/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createOrchestratorService, type Orchestrator } from "../service.ts";
import { defaultSessionSettings, type SessionSettings } from "./create-sessions.ts";

const logger = createLogger({ level: "silent" });
const right = ["2 + 2 = 4", "\n", "Answer: ", "4"];
/** The first sample answers, the others think until they are stopped. */
const endless = () => createScriptedBackend({ tokens: (sample) => (sample === 0 ? right : undefined) as string[] });
const question = "What is 2 + 2?";
const long = { samples: 4, earlyStopping: false, difficulty: 0.4 } as const;
const short = { samples: 3, earlyStopping: false, difficulty: 0.4 } as const;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface House {
  readonly url: string;
  readonly reckon: Reckon;
  readonly orchestrator: Orchestrator;
  readonly thinker: ScriptedBackend;
}

async function start(sessions: Partial<SessionSettings> = {}, thinker = endless()): Promise<House> {
  const nowhere = createRpcClient(DifficultyService, { target: "127.0.0.1:1" });
  closers.push(() => nowhere.close());
  const orchestrator = createOrchestratorService({
    difficulty: { estimate: nowhere.estimate, recordOutcome: nowhere.recordOutcome },
    thinker,
    verifier: undefined,
    settings: defaultPlanningSettings,
    sessions: { ...defaultSessionSettings, ...sessions },
    clock: systemClock,
    logger,
  });
  const server = await startTestServer((router) => router.service(OrchestratorService, orchestrator.service));
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => orchestrator.close(),
  );
  return { url: server.url, reckon: createReckon({ url: server.url }), orchestrator, thinker };
}

/** A `fetch` whose first response breaks after some parts of its body, as when a connection is lost. */
function breakingFetch(afterParts: number, times = 1): typeof fetch {
  let left = times;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (left === 0 || response.body === null) return response;
    left -= 1;
    const reader = response.body.getReader();
    let parts = 0;
    const body = new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        controller.enqueue(value);
        parts += 1;
        if (parts < afterParts) return;
        await reader.cancel();
        controller.error(new TypeError("terminated"));
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(body, { status: response.status, headers: response.headers });
  };
}

const sequences = (events: readonly SolveEvent[]) => events.map(({ sequence }) => sequence);
const fromOneOn = (events: readonly unknown[]) => events.map((_, index) => index + 1);
const outcomeOf = (events: readonly SolveEvent[]): Outcome => {
  const last = events.at(-1);
  return last?.type === "solve-ended" ? last.outcome : expect.unreachable(`ended with ${last?.type}`);
};

describe("a client whose connection breaks", () => {
  it("goes on by itself: each event once, in order, one solve", async () => {
    const house = await start({}, createScriptedBackend({ tokens: () => right, tokenMs: 20 }));
    const reckon = createReckon({ url: house.url, fetch: breakingFetch(2, 3) });
    const events = await Array.fromAsync(reckon.solve(question, short));
    expect(sequences(events)).toEqual(fromOneOn(events));
    expect(outcomeOf(events)).toMatchObject({ answer: "4", samplesVoted: 3 });
    expect(house.thinker.totals.outputTokens).toBe(3 * right.length);
  });

  it("is told at once where it does not want that", async () => {
    const { url } = await start();
    const reckon = createReckon({ url, fetch: breakingFetch(2) });
    await expect(reckon.solve(question, { ...long, reconnect: false }).outcome()).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it("has a grace, in which its solve runs on; then it stops", async () => {
    const { url, reckon, thinker, orchestrator } = await start({ graceMs: 400 });
    const broken = createReckon({ url, fetch: breakingFetch(3) }).solve(question, { ...long, reconnect: false });
    await expect(broken.outcome()).rejects.toMatchObject({ code: "unavailable" });
    const brokenAtMs = performance.now();
    expect(orchestrator.liveSolves()).toBe(1);
    await eventually(() => expect(thinker.liveSamples).toBe(0), 5_000);
    expect(performance.now() - brokenAtMs).toBeGreaterThan(300);
    const events = await Array.fromAsync(reckon.resume(broken.solveId ?? ""));
    expect(sequences(events)).toEqual(fromOneOn(events));
    expect(outcomeOf(events)).toMatchObject({ answer: "4", stopReason: "cancelled" });
    expect(outcomeOf(events).ledger.cancelledTokens).toBe(thinker.totals.cancelledTokens);
  });

  it("may come back as another client, to any place, and its solve goes on", async () => {
    const { url, reckon, thinker } = await start({ graceMs: 2_000 });
    const broken = createReckon({ url, fetch: breakingFetch(3) }).solve(question, { ...long, reconnect: false });
    await expect(broken.outcome()).rejects.toThrow();
    const back = reckon.resume(broken.solveId ?? "", { after: 2 });
    const seen: number[] = [];
    for await (const event of back) {
      seen.push(event.sequence);
      if (event.type === "solve-ended") expect(event.outcome.answer).toBe("4");
      if (seen.length === 400) await back.cancel();
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 3));
    expect(thinker.liveSamples).toBe(0);
  });
});

describe("a client that leaves on purpose", () => {
  it("ends its solve at once, over HTTP/1.1 and HTTP/2", async () => {
    const { url, reckon, orchestrator } = await start({ graceMs: 60_000 });
    for await (const event of reckon.solve(question, long)) if (event.type === "thought-delta") break;
    await eventually(() => expect(orchestrator.liveSolves()).toBe(0));
    const client = createRpcClient(OrchestratorService, { target: url });
    closers.push(() => client.close());
    for await (const _ of client.solve({ problem: { prompt: question }, options: { samples: 4 } })) break;
    await eventually(() => expect(orchestrator.liveSolves()).toBe(0));
  });

  it("ends it before its first event, too", async () => {
    const { reckon, orchestrator } = await start({ graceMs: 60_000 });
    const aborting = new AbortController();
    const outcome = reckon.solve(question, { ...long, signal: aborting.signal }).outcome();
    setTimeout(() => aborting.abort(), 20);
    await expect(outcome).rejects.toMatchObject({ code: "cancelled" });
    await eventually(() => expect(orchestrator.liveSolves()).toBe(0));
  });
});

describe("an idempotency key", () => {
  it("makes a repeated call join the solve that runs, or get the one that has ended", async () => {
    const { reckon, thinker } = await start({}, createScriptedBackend({ tokens: () => right, tokenMs: 20 }));
    const options = { ...short, idempotencyKey: "k" };
    const [first, second] = await Promise.all([
      Array.fromAsync(reckon.solve(question, options)),
      Array.fromAsync(reckon.solve(question, options)),
    ]);
    const third = await Array.fromAsync(reckon.solve(question, options));
    expect(second.map(({ message }) => message)).toEqual(first.map(({ message }) => message));
    expect(third.map(({ message }) => message)).toEqual(first.map(({ message }) => message));
    expect(thinker.totals.outputTokens).toBe(3 * right.length);
  });

  it("is refused with another request, and is free again after one that could not begin", async () => {
    const { reckon } = await start({}, createScriptedBackend({ tokens: () => right }));
    const options = { ...short, idempotencyKey: "k" };
    await expect(reckon.solve(question, { ...options, model: "gone" }).outcome()).rejects.toMatchObject({
      code: "not-found",
    });
    expect(await reckon.solve(question, options).outcome()).toMatchObject({ answer: "4" });
    await expect(reckon.solve("What is 2 + 3?", options).outcome()).rejects.toMatchObject({ code: "already-exists" });
  });
});

describe("resume", () => {
  it("gives the end again to a client that has it, and does not know strangers", async () => {
    const { reckon } = await start({}, createScriptedBackend({ tokens: () => right }));
    const solve = reckon.solve(question, short);
    const events = await Array.fromAsync(solve);
    const again = await Array.fromAsync(reckon.resume(solve.solveId ?? "", { after: events.length }));
    expect(again).toMatchObject([{ type: "solve-ended", sequence: events.length + 1 }]);
    await expect(reckon.resume("nobody").outcome()).rejects.toMatchObject({ code: "not-found" });
    await expect(reckon.cancel("nobody")).rejects.toMatchObject({ code: "not-found" });
  });

  it("leaves sequence numbers whole without thoughts", async () => {
    const { reckon } = await start({}, createScriptedBackend({ tokens: () => right }));
    const solve = reckon.solve(question, { ...short, omitThoughts: true });
    await solve.outcome();
    const events = await Array.fromAsync(reckon.resume(solve.solveId ?? ""));
    expect(sequences(events)).toEqual(fromOneOn(events));
    expect(events.some(({ type }) => type === "thought-delta")).toBe(false);
  });
});

const hasRedis = findRedisServer() !== undefined;
if (!hasRedis) console.warn("left out: sessions over replicas (there is no redis-server here)");

describe.skipIf(!hasRedis)("over replicas that share a Redis server", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());
  let prefixes = 0;
  const startTwo = async (first: Partial<SessionSettings> = {}, second: Partial<SessionSettings> = {}) => {
    prefixes += 1;
    const shared = { redisUrl: redis.url, redisPrefix: `t${prefixes}` };
    return [await start({ ...shared, ...first }), await start({ ...shared, ...second })] as const;
  };

  it("a solve is resumed, watched and cancelled where it does not run", async () => {
    const [here, there] = await startTwo({ graceMs: 300 });
    const broken = createReckon({ url: here.url, fetch: breakingFetch(3) }).solve(question, {
      ...long,
      reconnect: false,
    });
    await expect(broken.outcome()).rejects.toThrow();
    const back = there.reckon.resume(broken.solveId ?? "");
    const events: SolveEvent[] = [];
    const stopAtMs = performance.now() + 1_500;
    for await (const event of back) {
      events.push(event);
      // Longer than its grace: whoever reads elsewhere keeps it alive.
      if (performance.now() > stopAtMs && here.orchestrator.liveSolves() === 1) await back.cancel();
    }
    expect(sequences(events)).toEqual(fromOneOn(events));
    expect(outcomeOf(events)).toMatchObject({ answer: "4", stopReason: "cancelled" });
    expect(performance.now()).toBeGreaterThan(stopAtMs);
    expect(there.thinker.totals.outputTokens).toBe(0);
  });

  it("a key is one key everywhere", async () => {
    const [here, there] = await startTwo();
    const options = { ...long, idempotencyKey: "k" };
    const first = here.reckon.solve(question, options);
    const second = there.reckon.solve(question, options);
    const outcomes = [first, second].map((solve) => solve.outcome());
    await eventually(() => expect(first.solveId).toBeDefined());
    await eventually(() => expect(second.solveId).toBe(first.solveId));
    await second.cancel();
    const [one, other] = await Promise.all(outcomes);
    expect(other).toEqual(one);
    // Whoever was first solves; the other one only reads.
    const tokens = [here, there].map(({ thinker }) => thinker.totals.outputTokens);
    expect(Math.min(...tokens)).toBe(0);
    expect(Math.max(...tokens)).toBeGreaterThan(0);
  });

  it("a solve whose replica is lost is ended by another one, which says so", async () => {
    // The first one's signs of life are too far apart for the second one, which takes it for dead.
    const [here, there] = await startTwo({ leaseMs: 600_000 }, { leaseMs: 300 });
    const solve = here.reckon.solve(question, long);
    const watched = Array.fromAsync(solve);
    await eventually(() => expect(solve.solveId).toBeDefined());
    const events = await Array.fromAsync(there.reckon.resume(solve.solveId ?? ""));
    expect(sequences(events)).toEqual(fromOneOn(events));
    expect(outcomeOf(events)).toMatchObject({ answer: "4", stopReason: "lost", samplesStarted: 4, samplesVoted: 1 });
    expect(outcomeOf(events).degradations.join()).toMatch(/orchestrator .* was lost/);
    expect(outcomeOf(events).ledger).toMatchObject({ calls: 4, answerTokens: right.length });
    // Whoever was not dead after all stops, and its client has the same end.
    expect(outcomeOf(await watched)).toEqual(outcomeOf(events));
    await eventually(() => expect(here.thinker.liveSamples).toBe(0));
  });
});
