import type { BackendConfig } from "@reckon/config";
import { describe, expect, it } from "vitest";
import { endsOf, generate, question, setUp } from "./backend-under-test.fixture.ts";
import { type ChatHandler, content, finish, usage } from "./chat-server.fixture.ts";

/**
 * A server that refuses each of some fields by 400, and answers with log-probabilities and counts where asked for them. With `trims` its template trims
 * messages.
 */
function server(refused: readonly string[], { silent = false, trims = false } = {}): ChatHandler {
  return ({ request, response, send }) => {
    const { body } = request;
    const wrong = refused.find((field) => field in body || field in ((body.stream_options as object) ?? {}));
    if (wrong !== undefined) {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: `unknown field ${wrong}` } }));
      return;
    }
    const { continuous_usage_stats: counts } = (body.stream_options ?? {}) as { continuous_usage_stats?: boolean };
    const last = (body.messages as { content: string }[]).at(-1)?.content ?? "";
    const prompt = 3 + (!trims && last.endsWith("\n") ? 1 : 0);
    const logprobs = { content: [{ token: "a", logprob: -1 }] };
    send({
      ...content("a", body.logprobs && !silent ? { logprobs } : {}),
      ...(counts && !silent ? { usage: { prompt_tokens: prompt, completion_tokens: 1 } } : {}),
    });
    send(finish("length"));
    send(usage(prompt, 1));
    send("[DONE]");
    response.end();
  };
}

const probing = async (handler: ChatHandler, more: Partial<BackendConfig> = {}) => {
  const setup = await setUp(handler, { probe: true, ...more });
  const [model] = await setup.backend.listModels();
  const completions = () => setup.server.requests.filter((request) => request.path === "/v1/chat/completions");
  return { ...setup, capabilities: model?.capabilities, completions };
};

describe("the probe of an endpoint", () => {
  it("is a request of one token where nothing is refused, and one more to see whether a prefix keeps its line break", async () => {
    const { capabilities, completions, warnings, backend } = await probing(server([]), { kind: "vllm" });
    expect(capabilities).toMatchObject({ logprobs: true, seed: true, continueFromPrefix: true, abort: true, n: false });
    expect(completions()).toHaveLength(2);
    expect(completions()[0]?.body).toMatchObject({ max_tokens: 1, logprobs: true, seed: 1, top_k: 5, priority: 1 });
    expect(warnings).toEqual([]);
    await backend.listModels();
    await generate(backend, 1, { routing: { priority: 3 } });
    expect(completions()).toHaveLength(3);
    // vLLM runs the lower value first.
    expect(completions()[2]?.body.priority).toBe(-3);
  });

  it("switches off what is refused, and that alone, with a warning each", async () => {
    const { capabilities, warnings, backend, completions } = await probing(
      server(["top_k", "continue_final_message", "priority"]),
      { kind: "vllm" },
    );
    expect(capabilities).toMatchObject({ logprobs: true, seed: true, continueFromPrefix: false });
    expect(warnings).toEqual([
      "backend mine (backend mine answered 400: unknown field top_k) refuses top-k: switched off",
      "backend mine (backend mine answered 400: unknown field priority) refuses priorities: switched off",
      "backend mine (backend mine answered 400: unknown field continue_final_message) refuses continuing from a prefix: switched off",
    ]);
    await expect(backend.open(question, { prefix: "2x" })).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("continue_from_prefix"),
    });
    await expect(backend.open(question, { topK: 3 })).rejects.toMatchObject({ code: "failed-precondition" });
    await generate(backend, 1, { routing: { priority: 3 } });
    expect(completions().at(-1)?.body).not.toHaveProperty("priority");
  });

  it("switches off what is passed over in silence", async () => {
    const { capabilities, warnings } = await probing(server([], { silent: true }), { kind: "vllm" });
    expect(capabilities).toMatchObject({ logprobs: false, continueFromPrefix: true });
    expect(warnings).toEqual([
      expect.stringContaining("passes over log-probabilities"),
      expect.stringContaining("passes over token counts in every event"),
    ]);
  });

  it("finds a template that drops the line break of a prefix, and goes on without it", async () => {
    const { capabilities, completions, warnings, backend } = await probing(server([], { trims: true }), {
      kind: "vllm",
    });
    expect(capabilities).toMatchObject({ continueFromPrefix: true });
    expect(warnings).toEqual([]);
    await generate(backend, 1, { prefix: "2x = 4\n", stop: ["\n"] });
    const { messages, min_tokens } = completions().at(-1)?.body ?? {};
    expect((messages as unknown[]).at(-1)).toEqual({ role: "assistant", content: "2x = 4" });
    expect(min_tokens).toBe(1);
  });

  it("switches continuing off where such a template comes without min_tokens", async () => {
    const { capabilities, warnings } = await probing(server(["min_tokens"], { trims: true }), { kind: "vllm" });
    expect(capabilities).toMatchObject({ continueFromPrefix: false, logprobs: true });
    expect(warnings).toEqual([expect.stringContaining("refuses min_tokens")]);
  });

  it("does not ask what the configuration says", async () => {
    const { completions } = await probing(server([]), { kind: "vllm", prefix_trailing_space: true });
    expect(completions()).toHaveLength(1);
  });

  it("leaves an endpoint that refuses the plain request as it was declared", async () => {
    const { capabilities, warnings } = await probing(server(["stream"]));
    expect(capabilities).toMatchObject({ logprobs: true, seed: true });
    expect(warnings).toEqual([expect.stringContaining("could not be probed")]);
  });

  it("goes on with what was declared while the endpoint has no time", async () => {
    const { capabilities, warnings, backend } = await probing(
      ({ response }) => void response.writeHead(503).end("busy"),
    );
    expect(capabilities).toMatchObject({ logprobs: true });
    expect(warnings).toEqual([expect.stringContaining("taken as declared for now")]);
    expect(endsOf(await generate(backend))[0]).toMatchObject({ reason: "failed", retryable: true });
  });

  it("does not wait for the end of a stream that has none", async () => {
    const { capabilities, server: chat } = await probing(async ({ send, closed }) => {
      const endless = setInterval(() => send(content("on and on ")), 5);
      await closed;
      clearInterval(endless);
    });
    // Log-probabilities were asked for, and none came.
    expect(capabilities).toMatchObject({ logprobs: false, seed: true });
    await expect.poll(() => chat.live()).toBe(0);
  });

  it("finds out whether the endpoint tells the usage of requests that were lost", async () => {
    const { server: chat, completions } = await probing(server([]));
    const id = completions()[0]?.headers["x-request-id"];
    expect(chat.requests.at(-1)?.path).toBe(`/v1/chat/completions/chatcmpl-${id}`);
  });
});

describe("the usage of a sample that was cut off", () => {
  const cutOff: ChatHandler = ({ send, response }) => {
    send(content("some text"));
    response.end();
  };

  it("is asked of an endpoint that keeps it", async () => {
    const { backend, server: chat, warnings } = await setUp(cutOff, { settle_usage: true });
    const prompt_tokens_details = { cached_tokens: 5 };
    chat.records.set("*", { prompt_tokens: 12, completion_tokens: 7, prompt_tokens_details });
    const [end] = endsOf(await generate(backend));
    expect(end).toMatchObject({
      reason: "failed",
      usage: { promptTokens: 12, cachedPromptTokens: 5, outputTokens: 7 },
    });
    expect(await backend.load()).toMatchObject({ outputTokens: 7, prefilledTokens: 7 });
    expect(warnings).toEqual([]);
  });

  it("is what was counted where the endpoint has no record of it", async () => {
    const { backend, warnings } = await setUp(cutOff, { settle_usage: true });
    expect(endsOf(await generate(backend))[0]?.usage).toMatchObject({ outputTokens: 1 });
    expect(warnings).toEqual([expect.stringContaining("counted by stream events")]);
  });

  it("is nothing where the endpoint, which keeps records, has never heard of the request", async () => {
    const silent = { settle_usage: true, first_token_timeout: 0.1 };
    const { backend, warnings } = await setUp(async ({ closed }) => closed, silent);
    const none = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };
    expect(endsOf(await generate(backend))[0]).toMatchObject({ reason: "failed", usage: none });
    expect(warnings).toEqual([]);
  });

  it("is nothing where the request was refused or never arrived", async () => {
    const refused = await setUp(({ response }) => void response.writeHead(503).end(), { settle_usage: true });
    const none = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };
    expect(endsOf(await generate(refused.backend))[0]?.usage).toEqual(none);
    const gone = await setUp(cutOff, { model: "m" });
    await gone.server.close();
    expect(endsOf(await generate(gone.backend))[0]).toMatchObject({ usage: none, failureCode: "unavailable" });
  });
});

describe("usage that cannot be", () => {
  it.each([
    ["more than was allowed", { maxTokens: 4 }, usage(3, 5)],
    ["less than there were log-probabilities", { logprobs: true }, usage(3, 1)],
    ["no number", {}, usage(3, -1)],
  ])("is not believed: %s", async (_, options, stated) => {
    const { backend, warnings } = await setUp(({ send, response }) => {
      const logprobs = { content: [{ token: "a", logprob: -1 }] };
      for (let i = 0; i < 3; i += 1) send(content("a", { logprobs }));
      send(finish("stop"));
      send(stated);
      send("[DONE]");
      response.end();
    });
    expect(endsOf(await generate(backend, 1, options))[0]).toMatchObject({
      reason: "stop",
      usage: { outputTokens: 3 },
    });
    expect(warnings).toHaveLength(1);
  });
});
