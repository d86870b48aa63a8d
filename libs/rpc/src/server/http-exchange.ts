import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Http2ServerResponse } from "node:http2";
import { ReckonError } from "@reckon/core";
import type { NodeRequest, NodeResponse } from "./write-response.ts";

/** One HTTP request that is no RPC, and its answer, independent of the HTTP version. */
export interface HttpExchange {
  /** Upper case. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Aborts when the client leaves or the server shuts down. */
  readonly signal: AbortSignal;
  /** True once the server takes no new calls: the answer should be 503. */
  readonly draining: boolean;
  /** True once a status was sent. */
  readonly begun: boolean;
  /** The whole body; `undefined` where it is larger than `maxBytes`. Throws `cancelled` where the client leaves before its end. */
  readBody(maxBytes: number): Promise<Buffer | undefined>;
  /** Sends a whole answer. */
  respond(status: number, headers: OutgoingHttpHeaders, body: string): void;
  /** Sends status and headers; parts follow by `write`, and `end`. */
  begin(status: number, headers: OutgoingHttpHeaders): void;
  /** Sends a part; resolves at once, or when a client that reads slowly has caught up. Throws `cancelled` where it has left. */
  write(part: string): Promise<void> | undefined;
  end(): void;
  /** Breaks the connection off, so that the client cannot take what it has for a whole answer. */
  destroy(): void;
}

/** What an exchange is told by its server. */
export interface HttpExchangeOptions {
  readonly signal: AbortSignal;
  readonly draining: boolean;
}

/** An exchange over Node's own request and response. */
export function createHttpExchange(req: NodeRequest, res: NodeResponse, options: HttpExchangeOptions): HttpExchange {
  const path = req.url?.split("?", 1)[0] ?? "";
  // The two response classes have the same methods, but overloads that do not unite.
  const out = res as ServerResponse;
  const head = (status: number, headers: OutgoingHttpHeaders) => {
    // HTTP/1.1 could not use this connection again: the rest of the request is in the way.
    const unread = !(res instanceof Http2ServerResponse) && !req.complete;
    out.writeHead(status, unread ? { ...headers, connection: "close" } : headers);
  };
  return {
    method: req.method ?? "",
    path,
    headers: req.headers,
    ...options,
    get begun() {
      return res.headersSent;
    },
    readBody: (maxBytes) => readBody(req, maxBytes),
    respond(status, headers, body) {
      if (hasLeft(res)) return;
      head(status, { ...headers, "content-length": Buffer.byteLength(body) });
      out.end(body);
    },
    begin: (status, headers) => head(status, headers),
    write(part) {
      if (hasLeft(res)) throw clientLeft();
      return out.write(part) ? undefined : drained(out);
    },
    end: () => void out.end(),
    destroy() {
      if (res instanceof Http2ServerResponse) res.stream?.close(8);
      else res.destroy();
    },
  };
}

function clientLeft(): ReckonError {
  return new ReckonError("cancelled", "the client left before its answer ended");
}

function hasLeft(res: NodeResponse): boolean {
  return res instanceof Http2ServerResponse ? res.stream === undefined || res.stream.closed : res.destroyed;
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: ReckonError) => {
      res.off("drain", onDrain);
      res.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = () => settle();
    const onClose = () => settle(clientLeft());
    res.once("drain", onDrain);
    res.once("close", onClose);
  });
}

function readBody(req: NodeRequest, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const onData = (part: Buffer) => {
      bytes += part.length;
      if (bytes <= maxBytes) return void parts.push(part);
      stop();
      req.resume();
      resolve(undefined);
    };
    const onEnd = () => {
      stop();
      resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, bytes));
    };
    const onGone = () => {
      stop();
      reject(clientLeft());
    };
    const stop = () => {
      req.off("data", onData).off("end", onEnd).off("close", onGone).off("error", onGone);
    };
    req.on("data", onData).on("end", onEnd).on("close", onGone).on("error", onGone);
  });
}
