import { ReckonError, systemClock } from "@reckon/core";
import { defaultPlanningSettings } from "@reckon/planning";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { createRpcClient } from "@reckon/rpc";
import { createLogger } from "@reckon/telemetry";
import { createScriptedBackend, eventually, type ScriptedBackend, startTestServer } from "@reckon/testing";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { createOrchestratorService } from "../service.ts";
import { createFrontDoor } from "./create-front-door.ts";

const logger = createLogger({ level: "silent" });
const right = ["2 + 2 = 4", "\n", "Answer: ", "4"];
const wrong = ["2 + 2 = 5", "\n", "Answer: ", "5"];
const question = [{ role: "user" as const, content: "What is 2 + 2?" }];
const greeting = [{ role: "user" as const, content: "Say something nice." }];
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The front door of an orchestrator before a scripted backend, and the official client to it. */
async function open(thinker: ScriptedBackend, authenticate?: Parameters<typeof createFrontDoor>[0]["authenticate"]) {
  const nowhere = createRpcClient(DifficultyService, { target: "127.0.0.1:1" });
  closers.push(() => nowhere.close());
  const orchestrator = createOrchestratorService({
    difficulty: nowhere,
    thinker,
    verifier: undefined,
    settings: defaultPlanningSettings,
    clock: systemClock,
    logger,
  });
  const server = await startTestServer((router) => router.service(OrchestratorService, orchestrator.service), {
    onFallback: createFrontDoor({
      solve: orchestrator.solve,
      listModels: () => thinker.listModels(),
      logger,
      authenticate,
    }),
  });
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => orchestrator.close(),
  );
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  const post = (body: unknown, path = "/v1/chat/completions") =>
    fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { client, server, orchestrator, post };
}

/** What this API says beyond OpenAI's. */
interface More {
  readonly reckon?: Record<string, unknown>;
  readonly reasoning_content?: string;
}

describe("a chat answer in one piece", () => {
  it("is the answer that won the vote, with the thoughts and what Reckon knows beside it", async () => {
    const { client } = await open(createScriptedBackend({ tokens: (sample) => (sample === 2 ? wrong : right) }));
    const answer = await client.chat.completions.create({
      model: "reckon-balanced/scripted",
      messages: question,
      ...{ reckon: { samples: 5, early_stopping: false, difficulty: 0.4 } },
    });
    const [choice] = answer.choices;
    expect(choice).toMatchObject({ index: 0, finish_reason: "stop", message: { role: "assistant", content: "4" } });
    expect(answer).toMatchObject({ object: "chat.completion", model: "reckon-balanced/scripted" });
    const thoughts = (choice?.message as More | undefined)?.reasoning_content;
    for (const sample of [1, 2, 3, 4, 5]) expect(thoughts).toContain(`[${sample}] `);
    expect(thoughts).toContain("[3] 2 + 2 = 5");
    expect((answer as More).reckon).toMatchObject({
      strategy: "balanced",
      stop_reason: "exhausted",
      difficulty: 0.4,
      confidence: { value: expect.any(Number) },
      candidates: [
        { answer: "4", samples: 4 },
        { answer: "5", samples: 1 },
      ],
      samples: { planned: 5, started: 5, voted: 5 },
    });
    expect(answer.usage).toMatchObject({
      completion_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 20, cancelled_tokens: 0 },
    });
  });

  it("counts the tokens of cancelled samples apart, to the token", async () => {
    const thinker = createScriptedBackend({ tokens: (sample) => (sample < 4 ? right : (undefined as never)) });
    const { client } = await open(thinker);
    const answer = await client.chat.completions.create({
      model: "reckon",
      messages: question,
      ...{ reckon: { samples: 12, window: 8, difficulty: 0.3 } },
    });
    const details = answer.usage?.completion_tokens_details as { reasoning_tokens: number; cancelled_tokens: number };
    expect(details.cancelled_tokens).toBe(thinker.totals.cancelledTokens);
    expect(details.cancelled_tokens).toBeGreaterThan(0);
    expect(answer.usage?.completion_tokens).toBe(thinker.totals.outputTokens);
  });

  it("is the text itself, and no thought, where free text is asked for", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => ["You ", "are ", "kind."] }));
    const answer = await client.chat.completions.create({ model: "reckon-adaptive", messages: greeting });
    expect(answer.choices[0]?.message).toMatchObject({ content: "You are kind." });
    expect(answer.choices[0]?.message).not.toHaveProperty("reasoning_content");
    expect(answer.usage).toMatchObject({ completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 0 } });
    // The difficulty service is not there, and nothing is missed: one sample of free text needs no estimate.
    expect((answer as More).reckon).toMatchObject({ degradations: [], difficulty: expect.any(Number) });
  });

  it("falls back on the text of a sample that ended, where none stated an answer", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => ["I ", "do ", "not ", "know"] }));
    const answer = await client.chat.completions.create({
      model: "reckon-fast",
      messages: question,
      ...{ reckon: { answer_kind: "choice", samples: 2 } },
    });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "I do not know" } });
    expect((answer as More).reckon).toMatchObject({ answer: null, confidence: null });
  });

  it("is an error where the time ends before there is an answer", async () => {
    const { client } = await open(createScriptedBackend());
    const late = client.chat.completions.create({
      model: "reckon-fast",
      messages: question,
      ...{ reckon: { timeout_ms: 300 } },
    });
    await expect(late).rejects.toMatchObject({ status: 504, code: "deadline_exceeded" });
  });

  it("comes with the best so far when the client is about to give up waiting", async () => {
    const thinker = createScriptedBackend({ tokens: (sample) => (sample === 0 ? right : (undefined as never)) });
    const { client } = await open(thinker);
    const answer = await client.chat.completions.create(
      { model: "reckon-adaptive", messages: question, ...{ reckon: { samples: 4, window: 4, early_stopping: false } } },
      { timeout: 2_000 },
    );
    expect(answer.choices[0]?.message.content).toBe("4");
    expect((answer as More).reckon).toMatchObject({ stop_reason: "deadline" });
  });
});

describe("a chat answer in a stream", () => {
  it("brings thoughts as they grow, then the answer, then the usage where asked", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => right }));
    const stream = await client.chat.completions.create({
      model: "reckon-fast",
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
      ...{ reckon: { samples: 1 } },
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
    const thoughts = chunks.flatMap((chunk) => (chunk.choices[0]?.delta as More | undefined)?.reasoning_content ?? []);
    expect(thoughts).toEqual(right);
    const content = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    expect(content).toBe("4");
    const reasons = chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? []);
    expect(reasons).toEqual(["stop"]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 4 } });
    expect(chunks.at(0)?.usage).toBeNull();
    expect(chunks.at(-2)).toMatchObject({ reckon: { answer: "4" } });
  });

  it("keeps the lines of samples that think at once whole", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => right }));
    const stream = await client.chat.completions.create({
      model: "reckon-balanced",
      messages: question,
      stream: true,
      ...{ reckon: { samples: 4, window: 4, early_stopping: false } },
    });
    let thoughts = "";
    for await (const chunk of stream)
      thoughts += (chunk.choices[0]?.delta as More | undefined)?.reasoning_content ?? "";
    const lines = thoughts.split("\n").map((line) => line.replace(/^\[\d\] /, ""));
    expect(lines.filter((line) => line === "2 + 2 = 4")).toHaveLength(4);
    expect(lines.filter((line) => line === "Answer: 4")).toHaveLength(4);
    expect(lines.filter((line) => line !== "")).toHaveLength(8);
  });

  it("brings every other event where asked", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => right }));
    const stream = await client.chat.completions.create({
      model: "reckon-balanced",
      messages: question,
      stream: true,
      ...{ reckon: { samples: 2, events: true, thoughts: false } },
    });
    const chunks = await Array.fromAsync(stream);
    const events = chunks.flatMap((chunk) =>
      Object.keys(((chunk as More).reckon?.["event"] as object | undefined) ?? {}),
    );
    for (const name of ["solveStarted", "sampleStarted", "sampleEnded", "confidenceChanged", "solveEnded"]) {
      expect(events).toContain(name);
    }
    expect(JSON.stringify(chunks)).not.toContain("reasoning_content");
  });

  it("streams free text as content", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => ["You ", "are ", "kind."] }));
    const stream = await client.chat.completions.create({ model: "reckon", messages: greeting, stream: true });
    const parts = (await Array.fromAsync(stream)).flatMap((chunk) => chunk.choices[0]?.delta.content || []);
    expect(parts).toEqual(["You ", "are ", "kind."]);
  });

  it("is told that an answer broke off", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => ["You ", "are"], failing: () => true }));
    const stream = await client.chat.completions.create({ model: "reckon", messages: greeting, stream: true });
    await expect(Array.fromAsync(stream)).rejects.toThrow(/broke off/);
  });

  it("ends the solve when the client leaves", async () => {
    const thinker = createScriptedBackend();
    const { client, server, orchestrator } = await open(thinker);
    const stream = await client.chat.completions.create({ model: "reckon", messages: question, stream: true });
    for await (const chunk of stream) if ((chunk.choices[0]?.delta as More | undefined)?.reasoning_content) break;
    await eventually(() => {
      expect(thinker.liveSamples).toBe(0);
      expect(orchestrator.liveSolves()).toBe(0);
      expect(server.liveHandlers()).toBe(0);
    });
  });

  it("speaks Groq's words under Groq's path", async () => {
    const { post } = await open(createScriptedBackend({ tokens: () => right }));
    const body = { model: "reckon-fast", messages: question, stream: true, reckon: { samples: 1 } };
    const text = await (await post(body, "/openai/v1/chat/completions")).text();
    expect(text).toContain(`"reasoning":"2 + 2 = 4"`);
    expect(text).toMatch(/"x_groq":\{"id":"[^"]+","usage":\{"prompt_tokens":3/);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });
});

describe("stop texts", () => {
  it("end the answer before them, also where they come in pieces", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => ["one E", "N", "D two"] }));
    const request = { model: "reckon", messages: greeting, stop: ["END", "never"] };
    expect((await client.chat.completions.create(request)).choices[0]?.message.content).toBe("one ");
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const parts = (await Array.fromAsync(stream)).map((chunk) => chunk.choices[0]?.delta.content ?? "");
    expect(parts.join("")).toBe("one ");
  });
});

describe("models", () => {
  it("are the strategies, alone and with each model behind", async () => {
    const { client } = await open(createScriptedBackend());
    const ids = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["reckon", "reckon-adaptive", "reckon-comprehensive/scripted"]));
    expect(await client.models.retrieve("reckon-fast/scripted")).toMatchObject({
      id: "reckon-fast/scripted",
      object: "model",
    });
    await expect(client.models.retrieve("gpt-4")).rejects.toMatchObject({ status: 404 });
  });
});

describe("what is refused", () => {
  const base = { model: "reckon", messages: question };
  it.each([
    [{ n: 2 }, "n", "unsupported_parameter"],
    [{ logprobs: true }, "logprobs", "unsupported_parameter"],
    [{ tools: [{ type: "function" }] }, "tools", "unsupported_parameter"],
    [{ response_format: { type: "json_object" } }, "response_format.type", "unsupported_parameter"],
    [{ frequency_penalty: 1 }, "frequency_penalty", "unsupported_parameter"],
    [{ top_k: 5 }, "top_k", "unsupported_parameter"],
    [{ temprature: 1 }, "temprature", "unsupported_parameter"],
    [{ stream_options: { include_usage: true } }, "stream_options", "invalid_value"],
    [{ temperature: 3 }, "temperature", "invalid_value"],
    [{ temperature: "hot" }, "temperature", "invalid_value"],
    [{ top_p: 0 }, "top_p", "invalid_value"],
    [{ seed: -1 }, "seed", "invalid_value"],
    [{ max_tokens: 0 }, "max_tokens", "invalid_value"],
    [{ max_tokens: 5, max_completion_tokens: 6 }, "max_tokens", "invalid_value"],
    [{ stop: ["a", "b", "c", "d", "e"] }, "stop", "invalid_value"],
    [{ reckon: { samples: 0 } }, "reckon.samples", "invalid_value"],
    [{ reckon: { samples: "5" } }, "reckon.samples", "invalid_value"],
    [{ reckon: { smples: 5 } }, "reckon.smples", "invalid_value"],
    [{ reckon: { method: "guess" } }, "reckon.method", "invalid_value"],
    [{ reckon: { temperature: 1 } }, "reckon.temperature", "invalid_value"],
    [{ reckon: { timeout_ms: -5 } }, "reckon.timeout_ms", "invalid_value"],
    [{ messages: [] }, "messages", "invalid_value"],
    [{ messages: [{ role: "tool", content: "4" }] }, "messages[0].role", "unsupported_parameter"],
    [{ messages: [{ role: "assistant", content: "4" }] }, "messages[0].role", "invalid_value"],
    [
      { messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      "messages[0].content[0].type",
      "unsupported_parameter",
    ],
    [{ model: "gpt-4" }, "model", "model_not_found"],
    [{ model: "reckon-fast/gone" }, "model", "model_not_found"],
    [{ model: "reckon-fast", reasoning_effort: "high" }, "reasoning_effort", "invalid_value"],
    [{ service_tier: "scale" }, "service_tier", "unsupported_parameter"],
    [{ service_tier: "flex", reckon: { priority: "high" } }, "service_tier", "invalid_value"],
    [{ reckon: { max_cost_usd: -1 } }, "reckon.max_cost_usd", "invalid_value"],
    [{ reckon: { priority: "urgent" } }, "reckon.priority", "invalid_value"],
    [{ reasoning_effort: "xhigh" }, "reasoning_effort", "unsupported_parameter"],
    [{ reckon: { method: "beam" } }, "reckon.method", "unsupported_value"],
  ])("%j, by its name", async (part, param, code) => {
    const { post } = await open(createScriptedBackend({ tokens: () => right }));
    for (const stream of [false, true]) {
      if (stream && "stream_options" in part) continue;
      const response = await post({ ...base, ...part, stream });
      const { error } = (await response.json()) as { error: Record<string, unknown> };
      expect(error).toMatchObject({ code, param, message: expect.any(String), type: "invalid_request_error" });
      expect(response.status).toBe(code === "model_not_found" ? 404 : 400);
    }
  });

  it.each([
    ["no JSON", "{", 400],
    ["no object", "[]", 400],
    ["a body that is too large", `"${"x".repeat(9_000_000)}"`, 413],
  ])("%s", async (_, body, status) => {
    const { post } = await open(createScriptedBackend());
    expect((await post(body)).status).toBe(status);
  });

  it("a body of another type, another method, another path", async () => {
    const { server } = await open(createScriptedBackend());
    const url = `${server.url}/v1/chat/completions`;
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(415);
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(`${server.url}/v1/embeddings`, { method: "POST" })).status).toBe(404);
  });

  it("nobody's request, where everybody must say who he is", async () => {
    const { client } = await open(createScriptedBackend({ tokens: () => right }), (authorization) => {
      if (authorization === "Bearer rk-1") return { id: "one", caps: {} };
      throw new ReckonError("unauthenticated", "the key is not known");
    });
    const refused = client.chat.completions.create({ ...base, ...{ reckon: { samples: 1 } } });
    await expect(refused).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
    await expect(client.models.list()).rejects.toMatchObject({ status: 401 });
    const known = client.withOptions({ apiKey: "rk-1" });
    const answer = await known.chat.completions.create({ ...base, ...{ reckon: { samples: 1 } } });
    expect(answer.choices[0]?.message.content).toBe("4");
  });

  it("every request once the server drains, so that clients try elsewhere", async () => {
    const { server, post } = await open(createScriptedBackend());
    const live = post({ ...base, stream: true });
    await eventually(() => expect(server.liveHandlers()).toBe(1));
    const drained = server.drain({ timeoutMs: 500 });
    const response = await live;
    await response.text().catch(() => "");
    await drained;
    await expect(post(base)).rejects.toThrow();
  });
});

describe("an idempotency key", () => {
  it("joins the solve that runs, so that a repeated request costs nothing", async () => {
    const thinker = createScriptedBackend({ tokens: () => right, tokenMs: 50 });
    const { client } = await open(thinker);
    const ask = (headers: Record<string, string>) =>
      client.chat.completions.create(
        { model: "reckon-fast", messages: question, ...{ reckon: { samples: 1, difficulty: 0.4 } } },
        { headers },
      );
    const key = { "idempotency-key": "question-1" };
    const [first, second] = await Promise.all([ask(key), ask(key)]);
    expect(second.id).toBe(first.id);
    expect(second.choices).toEqual(first.choices);
    expect(thinker.totals.outputTokens).toBe(4);
    expect((await ask(key)).id).toBe(first.id);
    expect((await ask({})).id).not.toBe(first.id);
  });
});

describe("a page in a browser", () => {
  it("may ask with the official client, whose headers a preflight request names", async () => {
    const { server } = await open(createScriptedBackend());
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-lang,x-reckon-tenant",
      },
    });
    expect(response.status).toBe(204);
    const allowed = response.headers.get("access-control-allow-headers")?.toLowerCase().split(", ");
    expect(allowed).toEqual(expect.arrayContaining(["authorization", "content-type", "x-stainless-lang"]));
    expect(allowed).not.toContain("x-reckon-tenant");
  });
});

describe("what is accepted though it says nothing new", () => {
  it("values that Reckon keeps to anyway, null, and messages as answers bring them", async () => {
    const { post } = await open(createScriptedBackend({ tokens: () => right }));
    const response = await post({
      model: "reckon",
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is " },
            { type: "text", text: "1 + 1?" },
          ],
        },
        {
          role: "assistant",
          content: "2",
          reasoning_content: "1 + 1 = 2",
          refusal: null,
          tool_calls: [],
          annotations: [],
        },
        ...question,
      ],
      n: 1,
      tools: null,
      logprobs: false,
      presence_penalty: 0,
      response_format: { type: "text" },
      user: "u-1",
      service_tier: "flex",
      reasoning_effort: "low",
      temperature: 0.5,
      seed: 7,
      reckon: { samples: 1 },
    });
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: "4" } }],
      reckon: { strategy: "fast" },
    });
  });
});
