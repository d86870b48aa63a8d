import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./api-error.ts";

/** One request and its response. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** The client's `X-Request-Id`, or a random one. */
  readonly requestId: string;
  readonly headers: IncomingMessage["headers"];
  /** Aborts when the connection closes before the response has ended. */
  readonly signal: AbortSignal;
  readonly response: ServerResponse;
  /** The body as JSON; throws a 400 or 413. */
  readJson(): Promise<unknown>;
  sendJson(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
  /** Sends the error, or ends a response that has begun. */
  sendError(error: ApiError): void;
  /** Cuts the connection with a TCP reset. */
  reset(): void;
}

const maxBodyBytes = 4_194_304;

/** Wraps a request of node:http. */
export function createExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the client has closed the connection"));
  });
  // A write to a connection that is gone is told by `close`.
  response.on("error", () => undefined);
  const given = request.headers["x-request-id"];
  const requestId =
    typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID().replaceAll("-", "");
  response.setHeader("x-request-id", requestId);

  const sendJson: Exchange["sendJson"] = (status, body, headers = {}) => {
    if (response.destroyed || response.headersSent) return void response.end();
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
  return {
    method: request.method ?? "GET",
    path: new URL(request.url ?? "/", "http://localhost").pathname.replace(/(?<=.)\/+$/, ""),
    requestId,
    headers: request.headers,
    signal: gone.signal,
    response,
    readJson: () => readJson(request),
    sendJson,
    sendError: (error) => sendJson(error.status, error.body(), error.headers),
    reset: () => void request.socket.resetAndDestroy(),
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new ApiError(413, `the body has more than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new ApiError(400, "the body is not JSON");
  }
}
