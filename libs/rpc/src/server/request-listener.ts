import { Http2ServerResponse } from "node:http2";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { universalRequestFromNodeRequest } from "@connectrpc/connect-node";
import type { Logger } from "@reckon/telemetry";
import { dropInternalHeaders } from "../internal-headers.ts";
import { withConnectionLost } from "./connection-lost.ts";
import type { Connections } from "./connections.ts";
import { blameSenderIn } from "./parse-errors.ts";
import { reflectionAliases } from "./reflection.ts";
import { type NodeRequest, type NodeResponse, writeResponse } from "./write-response.ts";

/** What a request listener serves, and with what. */
export interface RequestListenerOptions {
  readonly router: ConnectRouter;
  readonly connections: Connections;
  readonly logger: Logger;
  /** How long the single message of a unary or server-streaming call may take to arrive. */
  readonly requestTimeoutMs: number;
  /** Answers preflight requests and sets cross-origin headers; true means answered. */
  readonly cors: (req: NodeRequest, res: NodeResponse) => boolean;
  readonly isReady: () => boolean;
  /** False: headers that only services may send are dropped. */
  readonly trustCallers: boolean;
  /** Serves every other path; 404 where undefined. */
  readonly onFallback: ((req: NodeRequest, res: NodeResponse) => void) | undefined;
}

/** The listener of both HTTP servers: RPCs by their path, `/healthz`, `/readyz`, then the fallback. */
export function createRequestListener(options: RequestListenerOptions) {
  const handlers = new Map(options.router.handlers.map((handler) => [handler.requestPath, handler]));
  for (const [alias, path] of Object.entries(reflectionAliases)) {
    const handler = handlers.get(path);
    if (handler !== undefined) handlers.set(alias, handler);
  }
  return (req: NodeRequest, res: NodeResponse): void => {
    res.on("error", (err) => options.logger.debug({ err }, "a response broke"));
    if (!(res instanceof Http2ServerResponse) && options.connections.isLeaving(req.socket)) {
      res.setHeader("connection", "close");
    }
    if (options.cors(req, res)) return;
    if (!options.trustCallers) dropInternalHeaders(req.headers);
    const path = req.url?.split("?", 1)[0] ?? "";
    const handler = handlers.get(path);
    if (handler === undefined) {
      serveOther(path, req, res, options);
      return;
    }

    const isSingle = handler.method.methodKind === "unary" || handler.method.methodKind === "server_streaming";
    const stopTimer = isSingle ? limitRequestTime(req, options.requestTimeoutMs) : undefined;
    // In a promise, because a malformed request target makes the conversion throw.
    Promise.resolve()
      .then(() => handler(universalRequestFromNodeRequest(req, res, undefined, withConnectionLost(req))))
      .then(blameSenderIn)
      .then((response) => writeResponse(response, req, res))
      .catch((err: unknown) => {
        // The peer left, or sent what is no request; its handler has been told by its signal.
        options.logger.debug({ err, path }, "a call broke off");
        if (!res.headersSent && !(res instanceof Http2ServerResponse)) res.writeHead(400).end();
        else if (res instanceof Http2ServerResponse) res.stream?.close();
        else res.destroy();
      })
      .finally(stopTimer);
  };
}

function serveOther(path: string, req: NodeRequest, res: NodeResponse, options: RequestListenerOptions): void {
  const isGrpc = /^application\/grpc(\+|;|$)/.test(req.headers["content-type"] ?? "");
  if (path === "/healthz") sendText(res, 200, "ok");
  else if (path === "/readyz") sendText(res, options.isReady() ? 200 : 503, options.isReady() ? "ready" : "not ready");
  else if (isGrpc && res instanceof Http2ServerResponse) sendUnimplemented(res, path);
  else if (options.onFallback !== undefined) options.onFallback(req, res);
  else sendText(res, 404, "not found");
}

function sendUnimplemented(res: Http2ServerResponse, path: string): void {
  const status = { "grpc-status": String(Code.Unimplemented), "grpc-message": encodeURIComponent(`no method ${path}`) };
  res.stream.respond({ ":status": 200, "content-type": "application/grpc", ...status }, { endStream: true });
}

function sendText(res: NodeResponse, status: number, text: string): void {
  res.statusCode = status;
  res.setHeader("content-type", "text/plain; charset=utf-8");
  res.setHeader("cache-control", "no-store");
  res.end(`${text}\n`);
}

/** Ends a request whose body does not arrive in time, so that it cannot hold a handler for ever. */
function limitRequestTime(req: NodeRequest, timeoutMs: number): () => void {
  const timer = setTimeout(() => {
    if (!req.complete) req.destroy(new Error(`the request did not arrive within ${timeoutMs} ms`));
  }, timeoutMs).unref();
  const stop = () => clearTimeout(timer);
  req.once("end", stop);
  return stop;
}
