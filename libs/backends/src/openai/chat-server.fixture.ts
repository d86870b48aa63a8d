import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a test server got. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

/** What a test lets the server answer to a chat completion; `send` writes one event. */
export type ChatHandler = (stream: {
  request: SeenRequest;
  response: ServerResponse;
  send: (event: unknown) => void;
  /** Resolves when the client has closed the connection, or the response has ended. */
  closed: Promise<void>;
}) => void | Promise<void>;

/** A model server on a port of its own, over which a test decides. */
export interface ChatServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** The usage of requests by their id, as told at `/chat/completions/ID`; `*` is any. */
  readonly records: Map<string, unknown>;
  /** What is told at `/metrics`. */
  readonly metrics: { text?: string };
  /** Chat completions whose connection is open. */
  live(): number;
  readonly mostLive: () => number;
  close(): Promise<void>;
}

/** The event of a chat completion stream that appends content. */
export const content = (text: string, more: object = {}) => ({
  choices: [{ index: 0, delta: { content: text }, ...more }],
});

/** The event with a finish reason. */
export const finish = (reason: string) => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });

/** The event with the usage, which has no choices. */
export const usage = (prompt: number, output: number, cached = 0) => ({
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: output, prompt_tokens_details: { cached_tokens: cached } },
});

/** Starts a server with `models` under /v1/models and `chat` under /v1/chat/completions. */
export async function startChatServer(
  chat: ChatHandler,
  models: unknown = [{ id: "m1" }, { id: "m2" }],
): Promise<ChatServer> {
  const requests: SeenRequest[] = [];
  const records = new Map<string, unknown>();
  const metrics: { text?: string } = {};
  let live = 0;
  let mostLive = 0;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    // Groq has the same API under a prefix.
    const path = (incoming.url ?? "").replace(/^\/openai/, "");
    const request = { path, headers: incoming.headers, body: text === "" ? {} : JSON.parse(text) };
    requests.push(request);
    if (request.path === "/v1/models" && models !== undefined) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ object: "list", data: models }));
      return;
    }
    const usage = records.get(path.replace(/^.*chatcmpl-/, "")) ?? records.get("*");
    if (incoming.method === "GET" && path.startsWith("/v1/chat/completions/") && usage !== undefined) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ usage }));
      return;
    }
    if (path === "/metrics" && metrics.text !== undefined) {
      response.setHeader("content-type", "text/plain");
      response.end(metrics.text);
      return;
    }
    if (request.path !== "/v1/chat/completions") {
      response.statusCode = 404;
      response.end("no such path");
      return;
    }
    live += 1;
    mostLive = Math.max(mostLive, live);
    const closed = new Promise<void>((resolve) => {
      response.once("close", () => {
        live -= 1;
        resolve();
      });
    });
    const send = (event: unknown) => {
      if (!response.headersSent) response.setHeader("content-type", "text/event-stream");
      response.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
    };
    await chat({ request, response, send, closed });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    records,
    metrics,
    live: () => live,
    mostLive: () => mostLive,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
