import type { BackendConfig } from "@reckon/config";
import { describe, expect, it } from "vitest";
import { endsOf, generate, good, question, setUp } from "./backend-under-test.fixture.ts";
import { type ChatHandler, content, finish } from "./chat-server.fixture.ts";

describe("an OpenAI-compatible backend", () => {
  it.each<[string, RegExp, boolean, Partial<BackendConfig>, ChatHandler]>([
    [
      "a stream that ends without a finish reason",
      /without a finish reason/,
      true,
      {},
      ({ send, response }) => {
        send(content("cut o"));
        response.end();
      },
    ],
    [
      "an end mark without a finish reason",
      /without a finish reason/,
      true,
      {},
      ({ send, response }) => {
        send(content("cut o"));
        send("[DONE]");
        response.end();
      },
    ],
    [
      "a stall in mid-stream",
      /nothing more \(idle_timeout\) for 0.15 seconds/,
      true,
      { idle_timeout: 0.15 },
      async ({ send, response, closed }) => {
        send(content("a"));
        const pings = setInterval(() => response.write(": ping\n\n"), 20);
        await closed;
        clearInterval(pings);
      },
    ],
    [
      "a response that never comes",
      /nothing \(first_token_timeout\) for 0.15 seconds/,
      true,
      { first_token_timeout: 0.15 },
      async ({ closed }) => closed,
    ],
    [
      "a first event that never comes",
      /nothing \(first_token_timeout\) for 0.15 seconds/,
      true,
      { first_token_timeout: 0.15 },
      async ({ response, closed }) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
        await closed;
      },
    ],
    [
      "a connection that is reset",
      /connection to backend mine was lost/,
      true,
      {},
      ({ send, response }) => {
        send(content("a"));
        setTimeout(() => response.socket?.resetAndDestroy(), 20);
      },
    ],
    [
      "malformed JSON",
      /not json/,
      true,
      {},
      ({ send, response }) => {
        send(content("a"));
        send('{"choices": [{"delta": {"content": "b"');
        response.end();
      },
    ],
    [
      "JSON that is no object",
      /not a json object/,
      true,
      {},
      ({ send, response }) => {
        send("[1, 2]");
        response.end();
      },
    ],
    [
      "an error in the stream",
      /reported an error in the stream: out of memory/,
      true,
      {},
      ({ send, response }) => {
        send(content("a"));
        send({ error: { message: "out of memory", code: 500 } });
        response.end();
      },
    ],
    [
      "a wrong request found in the stream",
      /too long/,
      false,
      {},
      ({ send, response }) => {
        send({ error: { message: "too long", code: 400 } });
        response.end();
      },
    ],
    [
      "429",
      /answered 429: slow down/,
      true,
      {},
      ({ response }) => {
        response.writeHead(429, { "retry-after": "3" }).end(JSON.stringify({ error: { message: "slow down" } }));
      },
    ],
    [
      "503 with a page",
      /answered 503: <h1>Busy<\/h1>/,
      true,
      {},
      ({ response }) => {
        response.writeHead(503, { "content-type": "text/html" }).end("<h1>Busy</h1>\n");
      },
    ],
    [
      "400",
      /answered 400: prompt is too long/,
      false,
      {},
      ({ response }) => {
        response.writeHead(400).end(JSON.stringify({ detail: "prompt is too long" }));
      },
    ],
    [
      "a redirect",
      /answered 307: its url redirects/,
      false,
      {},
      ({ response }) => {
        response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
      },
    ],
    [
      "JSON where a stream was expected",
      /application\/json where an event stream was expected/,
      false,
      {},
      ({ response }) => {
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      },
    ],
    [
      "a finish reason that is no end",
      /"content_filter"/,
      false,
      {},
      ({ send, response }) => {
        send(finish("content_filter"));
        response.end();
      },
    ],
  ])("fails the sample on %s", async (_, failure, retryable, more, handler) => {
    const { backend, server } = await setUp(handler, more);
    const [end] = endsOf(await generate(backend));
    expect(end).toMatchObject({ reason: "failed", retryable });
    expect(end?.failure).toMatch(failure);
    await expect.poll(() => server.live()).toBe(0);
    expect((await backend.load()).liveSamples).toBe(0);
  });

  it("fails one sample and lets the others end", async () => {
    let count = 0;
    const { backend } = await setUp((stream) => {
      count += 1;
      if (count === 2) stream.response.writeHead(500).end();
      else return good(stream);
    });
    const reasons = endsOf(await generate(backend, 4)).map((end) => end.reason);
    expect(reasons.sort()).toEqual(["failed", "stop", "stop", "stop"]);
  });

  it("fails samples where nobody listens, and says so when asked for the models", async () => {
    const { backend, server } = await setUp(good, { model: "m" });
    await server.close();
    const [end] = endsOf(await generate(backend));
    expect(end).toMatchObject({ reason: "failed", retryable: true });
    expect(end?.failure).toContain("ECONNREFUSED");
    expect(await backend.listModels()).toMatchObject([{ id: "m" }]);
    const unnamed = await setUp(good);
    await unnamed.server.close();
    await expect(unnamed.backend.listModels()).rejects.toMatchObject({ code: "unavailable" });
    await expect(unnamed.backend.open(question, {})).rejects.toMatchObject({ code: "unavailable" });
  });
});
