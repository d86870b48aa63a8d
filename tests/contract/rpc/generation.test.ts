import { type GenerationEvent, problemFromPrompt, ReckonError } from "@reckon/core";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createModelBackend, createRpcClient, serveGeneration } from "@reckon/rpc";
import {
  createScriptedBackend,
  eventually,
  expectNoLiveHandlers,
  type ScriptedBackendOptions,
  startTestServer,
} from "@reckon/testing";
import { describe, expect, it } from "vitest";

const problem = problemFromPrompt("What is 2 + 3?");

/** A scripted backend, served, and our backend over the wire to it. */
async function start(options: ScriptedBackendOptions = {}) {
  const scripted = createScriptedBackend(options);
  const server = await startTestServer((router) => void router.service(ModelService, serveGeneration(scripted)));
  const backend = createModelBackend(server.url);
  return {
    scripted,
    server,
    backend,
    async [Symbol.asyncDispose]() {
      await backend.close();
      await server.drain({ timeoutMs: 0 });
    },
  };
}

const endsOf = (events: readonly GenerationEvent[]) => events.filter((event) => event.type === "sample-ended");

describe("a generation over the wire", () => {
  it("starts samples one by one, brings their text and their exact ends", async () => {
    await using world = await start({ tokens: (sample) => [`${sample}`, "+", "1"] });
    const generation = await world.backend.open(problem, {});
    const texts = new Map<number, string>();
    const ends: GenerationEvent[] = [];
    generation.start(0);
    generation.start(1);
    for await (const event of generation.events) {
      if (event.type === "token-delta") texts.set(event.sample, (texts.get(event.sample) ?? "") + event.text);
      if (event.type !== "sample-ended") continue;
      ends.push(event);
      if (ends.length === 1) generation.start(2);
      if (ends.length === 2) generation.finish();
    }
    expect([...texts]).toEqual(
      expect.arrayContaining([
        [0, "0+1"],
        [1, "1+1"],
        [2, "2+1"],
      ]),
    );
    expect(ends).toHaveLength(3);
    expect(ends).toMatchObject([0, 1, 2].map(() => ({ reason: "stop", usage: { outputTokens: 3, promptTokens: 3 } })));
    await expectNoLiveHandlers(world.server);
  });

  it("cancels one sample alone, and its tokens are those that the backend counts", async () => {
    await using world = await start();
    const generation = await world.backend.open(problem, {});
    generation.start(0);
    generation.start(1);
    let seen = 0;
    const ends: GenerationEvent[] = [];
    for await (const event of generation.events) {
      if (event.type === "token-delta" && event.sample === 0) seen += 1;
      if (seen === 5) generation.cancel(0);
      if (event.type === "token-delta" && event.sample === 1 && ends.length === 1) generation.cancel(1);
      if (event.type !== "sample-ended") continue;
      ends.push(event);
      if (ends.length === 1) expect(event).toMatchObject({ sample: 0, reason: "cancelled" });
      if (ends.length === 2) generation.finish();
    }
    const cancelled = endsOf(ends).map((end) => end.usage.outputTokens);
    expect(cancelled[0]).toBeGreaterThanOrEqual(5);
    expect(cancelled.reduce((a, b) => a + b)).toBe(world.scripted.totals.cancelledTokens);
  });

  it("passes failures of samples on, and the others go on", async () => {
    await using world = await start({ tokens: () => ["a", "b"], failing: (sample) => sample === 0 });
    const generation = await world.backend.open(problem, {});
    generation.start(0);
    generation.start(1);
    generation.finish();
    const ends = endsOf(await Array.fromAsync(generation.events));
    expect(ends.find((end) => end.sample === 0)).toMatchObject({
      reason: "failed",
      failure: "the script says so",
      retryable: true,
    });
    expect(ends.find((end) => end.sample === 1)).toMatchObject({ reason: "stop" });
  });

  it("frees everything when its consumer leaves or closes it", async () => {
    await using world = await start();
    const { backend, scripted, server } = world;
    const freed = async () => {
      await eventually(() => expect([scripted.liveSamples, scripted.openGenerations]).toEqual([0, 0]));
      await expectNoLiveHandlers(server);
    };
    const begin = async (over = backend) => {
      const generation = await over.open(problem, {});
      for (let sample = 0; sample < 8; sample += 1) generation.start(sample);
      const events = generation.events[Symbol.asyncIterator]();
      for (let index = 0; index < 20; index += 1) await events.next();
      expect(scripted.liveSamples).toBe(8);
      return { generation, events };
    };
    const leaving = await begin();
    await leaving.events.return?.();
    await freed();

    const closing = await begin();
    closing.generation.close();
    await freed();
  });

  it("ends every live sample as failed, once, and retryable, when the service goes away; then throws why", async () => {
    const world = await start();
    const generation = await world.backend.open(problem, {});
    for (let sample = 0; sample < 4; sample += 1) generation.start(sample);
    const ends: GenerationEvent[] = [];
    let tokens = 0;
    const read = async () => {
      for await (const event of generation.events) {
        if (event.type === "token-delta") tokens += 1;
        if (tokens === 10) void world.server.drain({ timeoutMs: 0 });
        if (event.type === "sample-ended") ends.push(event);
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "unavailable", retryable: true });
    expect(ends.map((end) => end.sample)).toEqual([0, 1, 2, 3]);
    for (const end of ends) expect(end).toMatchObject({ reason: "failed", retryable: true });
    const lost = endsOf(ends).reduce((sum, end) => sum + end.usage.outputTokens, 0);
    expect(lost).toBe(tokens);
    await world.backend.close();
  });

  it("fails its samples with the reason where the service refuses the call", async () => {
    const openError = new ReckonError("resource-exhausted", "64 of 64 slots are taken", { retryAfterMs: 500 });
    await using world = await start({ openError });
    const generation = await world.backend.open(problem, {});
    generation.start(0);
    const events = generation.events[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({
      value: {
        type: "sample-ended",
        sample: 0,
        reason: "failed",
        failure: "64 of 64 slots are taken",
        retryable: true,
      },
    });
    await expect(events.next()).rejects.toMatchObject({ code: "resource-exhausted", retryAfterMs: 500 });
  });

  it("refuses what no model has before anything is generated", async () => {
    const scripted = createScriptedBackend();
    const [model] = await scripted.listModels();
    const bare = { ...model, capabilities: { ...model?.capabilities, logprobs: false, continueFromPrefix: false } };
    await using world = await start({ models: [bare as never] });
    const { backend } = world;
    await expect(backend.open(problem, { model: "gpt-0" })).rejects.toMatchObject({
      code: "not-found",
      message: 'no model "gpt-0"; there are: scripted',
    });
    await expect(backend.open(problem, { logprobs: true })).rejects.toMatchObject({ code: "failed-precondition" });
    await expect(backend.open(problem, { prefix: "So" })).rejects.toMatchObject({ code: "failed-precondition" });
  });

  it("refuses a second start of a sample, and a start after finish", async () => {
    await using world = await start();
    const generation = await world.backend.open(problem, {});
    generation.start(0);
    expect(() => generation.start(0)).toThrow(/sample 0 was started before/);
    generation.finish();
    expect(() => generation.start(1)).toThrow(/after finish/);
    generation.close();
    await eventually(() => expect(world.scripted.openGenerations).toBe(0));
  });

  it("lists models and load as they are", async () => {
    await using world = await start();
    expect(await world.backend.listModels()).toEqual(await world.scripted.listModels());
    expect(await world.backend.load()).toMatchObject({ liveSamples: 0, outputTokens: 0 });
  });
});

describe("ModelService", () => {
  it("generates N samples over one call, and cancels them when it is left", async () => {
    await using world = await start({ tokens: (sample) => (sample === 3 ? ["x".repeat(5)] : ["a", "b"]) });
    const client = createRpcClient(ModelService, { target: world.server.url });
    const events = await Array.fromAsync(client.generate({ problem: { prompt: "2+3" }, samples: 4 }));
    expect(events.filter(({ news }) => news.case === "ended")).toHaveLength(4);

    await using endless = await start();
    const other = createRpcClient(ModelService, { target: endless.server.url });
    for await (const { news } of other.generate({ problem: { prompt: "2+3" }, samples: 8 })) {
      if (news.case === "delta") break;
    }
    await eventually(() => expect(endless.scripted.openGenerations).toBe(0));
    await expectNoLiveHandlers(endless.server);
    client.close();
    other.close();
  });

  it.each([
    ["begins without open", [{ request: { case: "start", value: { sample: 0 } } }], "request"],
    ["opens twice", [{ request: { case: "open" } }, { request: { case: "open" } }], "request"],
    [
      "starts out of range",
      [{ request: { case: "open" } }, { request: { case: "start", value: { sample: 70_000 } } }],
      "start.sample",
    ],
  ])("refuses a window that %s, and frees it", async (_name, script, field) => {
    await using world = await start();
    const client = createRpcClient(ModelService, { target: world.server.url });
    async function* requests() {
      for (const step of script) {
        const { request } = step as { request: { case: string; value?: object } };
        const value = request.case === "open" ? { problem: { prompt: "2+3" } } : request.value;
        yield { request: { ...request, value } } as never;
      }
      // Stays open, as a client does that still means to start samples.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await expect(Array.fromAsync(client.generateWindow(requests()))).rejects.toMatchObject({
      code: "invalid-argument",
      violations: [{ field }],
    });
    await eventually(() => expect(world.scripted.openGenerations).toBe(0));
    await expectNoLiveHandlers(world.server);
    client.close();
  });
});
