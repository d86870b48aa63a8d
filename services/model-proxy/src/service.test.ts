import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadConfig } from "@reckon/config";
import type { Backend } from "@reckon/core";
import { type GenerateResponse, ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createModelBackend, createRpcClient, createRpcServer, type RpcClient, type RpcServer } from "@reckon/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routerOf } from "./routing/index.ts";
import { createModelProxyService } from "./service.ts";

// A remote endpoint that streams until it is left, beside the real embedded model.
const endpoint = createServer((request, response) => {
  if (request.url === "/v1/models") return response.end('{"data":[{"id":"endless"}]}');
  response.setHeader("content-type", "text/event-stream");
  const timer = setInterval(() => response.write('data: {"choices":[{"delta":{"content":"on "}}]}\n\n'), 5);
  response.on("close", () => clearInterval(timer));
  return undefined;
});
let backend: Backend;
let server: RpcServer;
let client: RpcClient<typeof ModelService>;

beforeAll(async () => {
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/v1`;
  const remote = { url, logprobs: false, seed: false, probe: false };
  const backends = { embedded: { kind: "embedded" }, remote };
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags: { backends } });
  backend = routerOf(config, { warn: () => undefined });
  server = await createRpcServer({
    service: "model-proxy",
    version: "0",
    port: 0,
    routes: (router) => router.service(ModelService, createModelProxyService({ backend })),
  });
  client = createRpcClient(ModelService, { target: server.url });
});

afterAll(async () => {
  client.close();
  await server.drain({ timeoutMs: 100 });
  await backend.close();
  endpoint.close();
  endpoint.closeAllConnections();
});

const problem = { prompt: "Solve: 2x + 3 = 9" };
const newsOf = (responses: readonly GenerateResponse[]) => responses.map((response) => response.news);

describe("the model proxy", () => {
  it("lists the models with what they can do, the default one first", async () => {
    const { models } = await client.listModels({});
    expect(models.map(({ id, backend, default: isDefault }) => [id, backend, isDefault])).toEqual([
      ["reckon-embedded-1", "embedded", true],
      ["endless", "remote", false],
    ]);
    expect(models[0]?.capabilities).toMatchObject({ logprobs: true, n: true, abort: true, processReward: true });
    expect(models[1]?.capabilities).toMatchObject({ logprobs: false, n: false, policies: ["baseline"] });
  });

  it("streams N samples over one call and counts what they cost", async () => {
    const before = await client.getLoad({});
    const options = { maxTokens: 16, logprobs: true, seed: 1n };
    const news = newsOf(await Array.fromAsync(client.generate({ problem, samples: 3, options })));
    const ended = news.flatMap((one) => (one.case === "ended" ? [one.value] : []));
    expect(ended.map((end) => end.sample).sort()).toEqual([0, 1, 2]);
    const deltas = news.flatMap((one) => (one.case === "delta" ? [one.value] : []));
    expect(deltas.reduce((sum, delta) => sum + delta.tokens, 0)).toBe(deltas.flatMap((delta) => delta.logprobs).length);
    const tokens = ended.reduce((sum, end) => sum + (end.usage?.outputTokens ?? 0n), 0n);
    const after = await client.getLoad({});
    expect(after.outputTokens - before.outputTokens).toBe(tokens);
    expect(after.liveSamples).toBe(0);
  });

  it("starts and cancels the samples of a window one by one, and frees them", async () => {
    const remote = createModelBackend(server.url);
    const generation = await remote.open(
      { messages: [{ role: "user", content: "Go on" }], answerKind: undefined },
      { model: "remote/endless" },
    );
    generation.start(0);
    generation.start(7);
    const ended: string[] = [];
    let cancelled = false;
    for await (const event of generation.events) {
      if (event.type === "token-delta" && event.sample === 7 && !cancelled) {
        cancelled = true;
        generation.cancel(7);
      }
      if (event.type === "sample-ended") {
        ended.push(`${event.sample} ${event.reason}`);
        if (event.sample === 7) generation.cancel(0);
        generation.finish();
      }
    }
    expect(ended).toEqual(["7 cancelled", "0 cancelled"]);
    expect((await client.getLoad({})).liveSamples).toBe(0);
    await remote.close();
  });

  it("stops what a client that leaves had started", async () => {
    for (let i = 0; i < 5; i += 1) {
      for await (const { news } of client.generate({ problem, samples: 4, options: { model: "endless" } })) {
        if (news.case === "delta") break;
      }
    }
    await expect.poll(async () => (await client.getLoad({})).liveSamples).toBe(0);
    await expect.poll(() => server.liveHandlers()).toBe(0);
    expect((await client.getLoad({})).cancelledTokens).toBeGreaterThan(0n);
  });

  it.each([
    [{ options: { model: "none" } }, "not-found", 'no model "none"; there are "reckon-embedded-1", "endless"'],
    [
      { options: { model: "endless", logprobs: true } },
      "failed-precondition",
      "backend remote cannot give log-probabilities",
    ],
    [
      { options: { model: "endless", prefix: "x" } },
      "failed-precondition",
      "backend remote cannot continue from a prefix",
    ],
    [{ options: { model: "endless", seed: 1n } }, "failed-precondition", "backend remote cannot sample by seed"],
    [{ samples: 257 }, "invalid-argument", "samples"],
    [{ problem: { prompt: "" } }, "invalid-argument", "problem.prompt"],
    [{ problem: undefined }, "invalid-argument", "problem"],
    [{ options: { temperature: Number.NaN } }, "invalid-argument", "options.temperature"],
  ])("answers wrong request %#: %s", async (request, code, message) => {
    const failing = Array.fromAsync(client.generate({ problem, ...request }));
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await client.listModels({});
  });
});
