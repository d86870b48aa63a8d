import { loadConfig } from "@reckon/config";
import { describe, expect, it } from "vitest";
import { endsOf, generate, question, setUp, textOf } from "./backend-under-test.fixture.ts";
import { type ChatHandler, content, finish } from "./chat-server.fixture.ts";
import { createEndpoint } from "./endpoint.ts";

/** As Groq does: usage in `x_groq` of the last event, rate limits in headers, no fields that it does not know. */
const groq: ChatHandler = ({ request, response, send }) => {
  const unknown = ["logprobs", "top_logprobs", "n", "top_k", "stream_options"].find((field) => field in request.body);
  if (unknown !== undefined) {
    const message = `property '${unknown}' is unsupported`;
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: { message } }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "x-ratelimit-remaining-tokens": "5990" });
  send({ x_groq: { id: "req_1" }, ...content("2x = 4\n") });
  send(content("Answer: 2"));
  send({ ...finish("stop"), x_groq: { id: "req_1", usage: { prompt_tokens: 11, completion_tokens: 9 } } });
  send("[DONE]");
  response.end();
};

describe("a Groq backend", () => {
  it("streams samples by groq-sdk, with the usage from x_groq", async () => {
    const { backend, server, warnings, limits } = await setUp(groq, { kind: "groq", probe: true });
    const events = await generate(backend, 2, { seed: 1, maxTokens: 50, stop: ["END"] });
    expect(textOf(events, 1)).toBe("2x = 4\nAnswer: 2");
    const usage = { promptTokens: 11, cachedPromptTokens: 0, outputTokens: 9 };
    expect(endsOf(events)).toMatchObject([
      { reason: "stop", usage },
      { reason: "stop", usage },
    ]);
    const last = server.requests.at(-1);
    expect(last?.body).toMatchObject({ max_completion_tokens: 50, stop: ["END"], temperature: 1 });
    expect(last?.body).not.toHaveProperty("stream_options");
    expect(warnings).toEqual([]);
    expect(limits.at(-1)).toMatchObject({ status: 200 });
    expect(limits.at(-1)?.headers.get("x-ratelimit-remaining-tokens")).toBe("5990");
  });

  it("says that it has no log-probabilities and no top-k", async () => {
    const { backend } = await setUp(groq, { kind: "groq", model: "m" });
    expect((await backend.listModels())[0]?.capabilities).toMatchObject({ logprobs: false, n: false, seed: true });
    await expect(backend.open(question, { logprobs: true })).rejects.toMatchObject({ code: "failed-precondition" });
    await expect(backend.open(question, { stop: ["a", "b", "c", "d", "e"] })).rejects.toThrow("at most 4 stop texts");
  });

  it("tells the limiter of a refusal and how long to wait", async () => {
    const { backend, limits } = await setUp(
      ({ response }) => {
        const headers = { "retry-after": "2", "x-ratelimit-remaining-requests": "0" };
        response.writeHead(429, headers).end(JSON.stringify({ error: { message: "rate limit reached" } }));
      },
      { kind: "groq", model: "m" },
    );
    const [end] = endsOf(await generate(backend));
    expect(end).toMatchObject({ retryable: true, failureCode: "resource-exhausted", retryAfterMs: 2000 });
    expect(limits.map(({ status }) => status)).toEqual([429]);
    expect(limits[0]?.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  });

  it.each([
    [undefined, "https://api.groq.com"],
    ["http://localhost:1/openai/v1/", "http://localhost:1"],
    ["http://localhost:1", "http://localhost:1"],
  ])("is reached, configured with the url %s, at %s", (url, base) => {
    const flags = { backends: { g: { kind: "groq", url } } };
    const config = loadConfig({ env: {}, folder: "/nonexistent", flags }).backends.g;
    expect(config && createEndpoint("g", config, {}).base).toBe(base);
  });

  it("wants a key for Groq's own url", async () => {
    const flags = { backends: { g: { kind: "groq" } } };
    const config = loadConfig({ env: {}, folder: "/nonexistent", flags }).backends.g;
    const endpoint = config && createEndpoint("g", config, {});
    await expect(endpoint?.fetch("https://api.groq.com/openai/v1/models")).rejects.toThrow("variable GROQ_API_KEY");
  });
});

describe("the environment of the SDKs", () => {
  it("sends nothing of itself to other endpoints", async () => {
    const foreign = {
      OPENAI_API_KEY: "sk-a",
      OPENAI_ORG_ID: "org",
      OPENAI_CUSTOM_HEADERS: "x-mine: 1",
      OPENAI_BASE_URL: "http://x",
    };
    const before = { ...process.env };
    Object.assign(process.env, foreign, { GROQ_API_KEY: "gsk", GROQ_CUSTOM_HEADERS: "x-mine: 1" });
    try {
      for (const kind of ["openai", "groq"] as const) {
        const { backend, server } = await setUp(groq, { kind, model: "m" });
        await generate(backend);
        expect(server.requests).toHaveLength(1);
        expect(Object.keys(server.requests[0]?.headers ?? {})).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/authorization|openai|x-mine|stainless/)]),
        );
      }
    } finally {
      for (const name of [
        "OPENAI_API_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_CUSTOM_HEADERS",
        "OPENAI_BASE_URL",
        "GROQ_API_KEY",
        "GROQ_CUSTOM_HEADERS",
      ]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
