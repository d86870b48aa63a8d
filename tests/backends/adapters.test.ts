import { createBackend, createPoolingPrm } from "@reckon/backends";
import { type BackendConfig, loadConfig } from "@reckon/config";
import { type Backend, type GenerateOptions, type GenerationEvent, problemFromPrompt } from "@reckon/core";
import { createEngine, type Engine } from "@reckon/engine";
import { createModelServer, type ModelServer, type UsageRecord } from "@reckon/service-model-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const kinds = ["openai", "vllm", "groq"] as const;
const question = problemFromPrompt("Solve: 3x + 5 = 20");

/** Requests of a probe where nothing is refused: one, and one more where prefixes can be continued. */
const probesOf = (kind: (typeof kinds)[number]) => (kind === "vllm" ? 2 : 1);

let engine: Engine;
let server: ModelServer;
let records: UsageRecord[];
const open: Backend[] = [];

beforeAll(async () => {
  engine = await createEngine();
});
afterAll(async () => engine?.close());
beforeEach(async () => {
  records = [];
  server = await createModelServer({ model: engine, onEnd: (record) => void records.push(record) });
});
afterEach(async () => {
  for (const backend of open.splice(0)) await backend.close();
  await server.close();
});

function backendOf(kind: (typeof kinds)[number], more: Partial<BackendConfig> = {}) {
  const warnings: string[] = [];
  const limits: string[] = [];
  const flags = { backends: { b: { kind, url: kind === "groq" ? server.url : `${server.url}/v1`, ...more } } };
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags }).backends.b as BackendConfig;
  const onRateLimit = (headers: Headers) => {
    for (const name of headers.keys()) if (name.startsWith("x-ratelimit-")) limits.push(name);
  };
  const backend = createBackend("b", config, { env: {}, warn: (message) => warnings.push(message), onRateLimit });
  open.push(backend);
  return { backend, warnings, limits };
}

async function generate(backend: Pick<Backend, "open">, samples: number, options: GenerateOptions) {
  const generation = await backend.open(question, options);
  for (let i = 0; i < samples; i += 1) generation.start(i);
  generation.finish();
  return Array.fromAsync(generation.events);
}

const textOf = (events: readonly GenerationEvent[], sample: number) =>
  events.map((event) => (event.type === "token-delta" && event.sample === sample ? event.text : "")).join("");
const endsOf = (events: readonly GenerationEvent[]) => events.filter((event) => event.type === "sample-ended");

describe.each(kinds)("the %s adapter over the model server", (kind) => {
  it("gives what the engine itself gives, greedily, with the same tokens", async () => {
    const { backend, warnings, limits } = backendOf(kind);
    const direct = await engine.open("Solve: 3x + 5 = 20", { temperature: 0 });
    direct.start(0);
    direct.finish();
    const expected = await Array.fromAsync(direct.events);
    const events = await generate(backend, 1, { temperature: 0 });
    expect(textOf(events, 0)).toBe(textOf(expected, 0));
    const { outputTokens } = endsOf(expected)[0]?.usage ?? {};
    expect(endsOf(events)).toMatchObject([{ reason: "stop", usage: { outputTokens } }]);
    expect(warnings).toEqual([]);
    expect(limits.includes("x-ratelimit-remaining-tokens")).toBe(kind === "groq");
  });

  it("knows what the server can do, after one probe", async () => {
    const { backend, warnings } = backendOf(kind);
    const [model] = await backend.listModels();
    const full = kind === "vllm";
    const expected = { logprobs: kind !== "groq", continueFromPrefix: full, seed: true, n: false, abort: true };
    expect(model).toMatchObject({ id: "reckon-embedded-1", capabilities: expected });
    expect(records).toHaveLength(probesOf(kind));
    expect(warnings).toEqual([]);
  });

  it("settles cancelled samples to the token", async () => {
    const { backend, warnings } = backendOf(kind);
    const generation = await backend.open(question, { temperature: 1 });
    for (let i = 0; i < 4; i += 1) generation.start(i);
    generation.finish();
    const events: GenerationEvent[] = [];
    for await (const event of generation.events) {
      events.push(event);
      if (event.type === "token-delta" && event.sample < 3) generation.cancel(event.sample);
    }
    const reasons = endsOf(events).map((end) => [end.sample, end.reason]);
    expect(reasons.filter(([sample]) => sample !== 3).every(([, reason]) => reason !== "failed")).toBe(true);
    await expect.poll(() => records.length).toBe(probesOf(kind) + 4);
    const spent = endsOf(events).reduce((sum, end) => sum + end.usage.outputTokens, 0);
    // The first records are the probe's.
    expect(records.slice(probesOf(kind)).reduce((sum, record) => sum + record.completionTokens, 0)).toBe(spent);
    expect(warnings).toEqual([]);
  });

  it.each([
    [
      "rate-limited",
      { retry_after_ms: 2_000 },
      { failureCode: "resource-exhausted", retryable: true, retryAfterMs: 2_000 },
    ],
    ["rate-limited", {}, { failureCode: "resource-exhausted", retryable: true, retryAfterMs: undefined }],
    ["server-error", {}, { failureCode: "unavailable", retryable: true }],
    ["unavailable", {}, { failureCode: "unavailable", retryable: true }],
    ["slow-first-byte", { delay_ms: 60_000 }, { failureCode: "unavailable", retryable: true }],
    ["stall", { after_tokens: 3 }, { failureCode: "unavailable", retryable: true }],
    ["reset", { after_tokens: 3 }, { failureCode: "unavailable", retryable: true }],
    ["truncated", { after_tokens: 3 }, { failureCode: "unavailable", retryable: true }],
    ["malformed", { after_tokens: 3, form: "json" }, { failureCode: "data-loss", retryable: true }],
  ] as const)("ends a sample as failed on the fault %s %j, with the server's own count", async (fault, more, end) => {
    const { backend } = backendOf(kind, { first_token_timeout: 4, idle_timeout: 4 });
    await backend.listModels();
    server.setFaults({ faults: [{ kind: fault, requests: [0], ...more } as never] });
    records.length = 0;
    const events = await generate(backend, 1, {});
    expect(endsOf(events)).toMatchObject([{ reason: "failed", ...end }]);
    await expect.poll(() => records.length).toBe(1);
    expect(endsOf(events)[0]?.usage.outputTokens).toBe(records[0]?.completionTokens);
    expect(endsOf(await generate(backend, 1, {}))[0]?.reason).toBe("stop");
  });

  it.each(["missing", "zero", "negative", "double"])("is not misled by usage that is wrong: %s", async (form) => {
    const { backend } = backendOf(kind);
    await backend.listModels();
    server.setFaults({ faults: [{ kind: "wrong-usage", requests: [0], form }] });
    records.length = 0;
    const [end] = endsOf(await generate(backend, 1, {}));
    const { promptTokens, cachedPromptTokens, completionTokens: outputTokens } = records[0] as UsageRecord;
    expect(end).toMatchObject({ reason: "stop", usage: { promptTokens, cachedPromptTokens, outputTokens } });
  });
});

describe("what vLLM adds to the API", () => {
  it("continues from a prefix and gives log-probabilities", async () => {
    const { backend } = backendOf("vllm");
    const whole = textOf(await generate(backend, 1, { temperature: 0, logprobs: true, topLogprobs: 2 }), 0);
    const prefix = whole.slice(0, whole.indexOf("\n") + 1);
    const events = await generate(backend, 1, { temperature: 0, prefix, logprobs: true });
    expect(prefix + textOf(events, 0)).toBe(whole);
    const logprobs = events.flatMap((event) => (event.type === "token-delta" ? (event.logprobs ?? []) : []));
    expect(logprobs.length).toBeGreaterThan(0);
    expect(logprobs.every((value) => value <= 0)).toBe(true);
  });

  it("reads the server's load", async () => {
    const { backend } = backendOf("vllm");
    await generate(backend, 1, {});
    const { endpoint } = await backend.load();
    expect(endpoint).toMatchObject({ runningRequests: 0, waitingRequests: 0 });
    expect(endpoint?.kvCacheUsage).toBeGreaterThanOrEqual(0);
  });

  it.each(["literal", "null"])("drops log-probabilities that are no numbers (%s), and no more", async (form) => {
    const { backend } = backendOf("vllm");
    await backend.listModels();
    server.setFaults({ faults: [{ kind: "nan-logprobs", requests: [0], form }] });
    const events = await generate(backend, 1, { logprobs: true });
    const values = events.flatMap((event) => (event.type === "token-delta" ? (event.logprobs ?? []) : []));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(endsOf(events)[0]?.reason).toBe(form === "null" ? "stop" : "failed");
  });
});

describe("the process reward model over /pooling", () => {
  const steps = ["20 - 5 = 15", "15 / 3 = 5", "x = 5"];
  const call = { complete: false, signal: new AbortController().signal };

  it("gives the scores of the embedded one", async () => {
    const scoring = engine.openScoring("Solve: 3x + 5 = 20");
    const direct = await Promise.all(steps.map((step) => scoring.score(0, step, false)));
    scoring.close();
    const prm = createPoolingPrm({ url: `${server.url}/v1`, env: {} });
    const { scores, tokens } = await prm.score("Solve: 3x + 5 = 20", steps, call);
    for (const [i, { score }] of direct.entries()) expect(scores[i]).toBeCloseTo(score, 4);
    expect(tokens).toBe(direct.reduce((sum, each) => sum + each.tokens, 0));
  });

  it("scores the last steps of a chain that does not fit the context", async () => {
    const prm = createPoolingPrm({ url: server.url, env: {} });
    const long = Array.from({ length: 200 }, (_, i) => `${i} + 1 = ${i + 1}`);
    const { scores } = await prm.score("Solve: 3x + 5 = 20", long, call);
    expect(scores.length).toBeGreaterThan(0);
    expect(scores.length).toBeLessThan(200);
    // What it has learned holds for the next one.
    const before = server.counts().poolingRequests;
    await prm.score("Solve: 3x + 5 = 20", long, call);
    expect(server.counts().poolingRequests).toBe(before + 1);
  });

  it("tries again what passes, and says what does not", async () => {
    const prm = createPoolingPrm({ url: server.url, env: {} });
    server.setFaults({ faults: [{ kind: "unavailable", endpoint: "pooling", requests: [0] }] });
    expect((await prm.score("Solve: 3x + 5 = 20", steps, call)).scores).toHaveLength(3);
    const wrong = createPoolingPrm({ url: server.url, model: "other", env: {} });
    await expect(wrong.score("Solve: 3x + 5 = 20", steps, call)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("a server whose chat template trims messages", () => {
  it("continues step by step as the engine itself does", async () => {
    await server.close();
    server = await createModelServer({
      model: engine,
      trimsPrefixes: true,
      onEnd: (record) => void records.push(record),
    });
    const { backend, warnings } = backendOf("vllm");
    const whole = textOf(await generate(backend, 1, { temperature: 0 }), 0);
    const steps = whole.split("\n");
    expect(steps.length).toBeGreaterThan(2);
    let text = "";
    for (const step of steps) {
      const prefix = text === "" ? "" : `${text}\n`;
      const events = await generate(backend, 1, { temperature: 0, stop: ["\n"], prefix });
      expect(textOf(events, 0)).toBe(step);
      text = prefix + step;
    }
    expect(text).toBe(whole);
    const spent = records.at(-1) as UsageRecord;
    const [end] = endsOf(await generate(backend, 1, { temperature: 0, stop: ["\n"], prefix: `${steps[0]}\n` }));
    await expect.poll(() => records.at(-1)).not.toBe(spent);
    expect(end).toMatchObject({ reason: "stop", usage: { outputTokens: records.at(-1)?.completionTokens } });
    expect(warnings).toEqual([]);
  });
});
