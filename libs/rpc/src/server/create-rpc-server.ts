import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, ConnectError, type ConnectRouter, createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { invalidArgument, limits, ReckonError } from "@reckon/core";
import { createLogger, type Logger } from "@reckon/telemetry";
import { toConnectError } from "../errors.ts";
import { createCallLog } from "./call-log.ts";
import { createConnections } from "./connections.ts";
import { createCors } from "./cors.ts";
import { createHealthState, serveHealth } from "./health.ts";
import { createMux } from "./mux.ts";
import { serveReflection } from "./reflection.ts";
import { createRequestListener } from "./request-listener.ts";
import { createServeInterceptor, deadlineKey } from "./serve-interceptor.ts";
import { serveStatus } from "./status.ts";
import type { NodeRequest, NodeResponse } from "./write-response.ts";

/** What a server serves and where; times in milliseconds, defaults as said. */
export interface RpcServerOptions {
  /** Name that status, logs and telemetry show. */
  readonly service: "orchestrator" | "difficulty" | "verifier" | "model-proxy" | (string & {});
  readonly version: string;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port; 0 takes any free one. */
  readonly port: number;
  /** Registers the services. */
  readonly routes: (router: ConnectRouter) => void;
  /** The largest message accepted, and sent. Default 32 MiB. */
  readonly maxMessageBytes?: number;
  /** The longest deadline that a call may have. Default 600,000 (10 minutes). */
  readonly maxTimeoutMs?: number;
  /** Default: warnings and errors, to standard error. */
  readonly logger?: Logger;
  /** Serves paths that are no RPC. Default: 404. */
  readonly onFallback?: (req: NodeRequest, res: NodeResponse) => void;
  /** Origins whose pages may call; `*` for any. Default: loopback origins. */
  readonly corsOrigins?: readonly string[];
  /** Ready from the start. Default true. */
  readonly ready?: boolean;
  /** Age at which a connection is asked to go, so that clients see new replicas. Default 30 minutes, 10 % either way. */
  readonly maxConnectionAgeMs?: number;
  /** How often HTTP/2 peers are asked whether they are there. Default 30,000, answer within 10,000. */
  readonly keepaliveMs?: number;
  readonly keepaliveTimeoutMs?: number;
  /** Time for the first bytes and for the headers of a request. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /** Time for the message of a unary or server-streaming call. Default 60,000. */
  readonly requestTimeoutMs?: number;
}

/** How to drain; times in milliseconds. */
export interface DrainOptions {
  /** How long running calls may go on before they are aborted as `UNAVAILABLE`. Default 30,000. */
  readonly timeoutMs?: number;
  /** How long new calls are still taken while health says NOT_SERVING, for balancers that are slow to see it. Default 0. */
  readonly lameDuckMs?: number;
}

/** A running server. */
export interface RpcServer {
  readonly host: string;
  readonly port: number;
  /** `http://host:port` */
  readonly url: string;
  /** Handlers that really run now; those of health, reflection and status are not counted. */
  liveHandlers(): number;
  /** Open TCP connections. */
  openConnections(): number;
  /** What health, status and `/readyz` say. */
  setReady(ready: boolean): void;
  /** Aborts when a drain begins. */
  readonly drainSignal: AbortSignal;
  /** NOT_SERVING, no new calls, GOAWAY; waits for running calls, aborts what is left at the limit, closes. Idempotent. */
  drain(options?: DrainOptions): Promise<void>;
}

const builtIn = new Set([
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "reckon.admin.v1.StatusService",
]);
const megabyte = 1_048_576;
const defaultMaxMessageBytes = 32 * megabyte;

/**
 * Starts a server: gRPC, gRPC-Web and Connect over HTTP/1.1 and HTTP/2 in plain text on one port, with health, reflection,
 * status, `/healthz` and `/readyz` beside the services given. Handlers throw `ReckonError`. Rejects where the address cannot
 * be listened on.
 */
export async function createRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const logger = options.logger ?? createLogger({ service: options.service, version: options.version, level: "warn" });
  const calls = createCallLog();
  const health = createHealthState();
  const draining = new AbortController();
  const shutdown = new AbortController();
  const connections = createConnections({
    maxAgeMs: options.maxConnectionAgeMs ?? 30 * 60_000,
    maxAgeGraceMs: limits.timeoutMs.max,
    keepaliveMs: options.keepaliveMs ?? 30_000,
    keepaliveTimeoutMs: options.keepaliveTimeoutMs ?? 10_000,
  });
  const maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const router = createConnectRouter({
    readMaxBytes: maxMessageBytes,
    writeMaxBytes: maxMessageBytes,
    // Below this size compressing costs more time than it saves bytes on the networks that services share.
    compressMinBytes: 16_384,
    acceptCompression: [compressionGzip, compressionBrotli],
    // Otherwise a misspelt field or an unknown enum name in JSON would silently be its default.
    jsonOptions: { ignoreUnknownFields: false },
    shutdownSignal: shutdown.signal,
    interceptors: [createServeInterceptor({ calls, logger, isBuiltIn: (name) => builtIn.has(name) })],
    requestGate: createGate(options.maxTimeoutMs ?? limits.timeoutMs.max, () => gateClosed),
  });
  let gateClosed = false;
  options.routes(router);
  const served = new Set(router.handlers.map((handler) => handler.service.typeName));
  serveHealth(router, health, () => served);
  serveStatus(router, {
    service: options.service,
    version: options.version,
    ready: () => health.ready,
    draining: () => draining.signal.aborted,
    liveHandlers: () => calls.live,
    calls: () => calls.total,
  });
  serveReflection(router, () => [...new Set(router.handlers.map((handler) => handler.service.file))]);

  const listener = createRequestListener({
    router,
    connections,
    logger,
    requestTimeoutMs: options.requestTimeoutMs ?? 60_000,
    cors: createCors(options.corsOrigins),
    isReady: () => health.ready,
    onFallback: options.onFallback,
  });
  const headersTimeoutMs = options.headersTimeoutMs ?? 10_000;
  const h1 = createHttp1(listener, headersTimeoutMs);
  const h2 = createHttp2(listener);
  h2.on("session", (session) => connections.addSession(session));
  h2.on("sessionError", (err) => logger.debug({ err }, "an HTTP/2 connection broke"));
  const mux = createMux(h1, h2, {
    firstBytesTimeoutMs: headersTimeoutMs,
    onConnection: (socket) => connections.addSocket(socket),
  });
  await new Promise<void>((resolve, reject) => {
    mux.once("error", reject);
    mux.listen({ host: options.host ?? "127.0.0.1", port: options.port }, () => resolve());
  });
  mux.on("error", (err) => logger.error({ err }, "the listening socket broke"));
  health.setReady(options.ready ?? true);

  const { address, port, family } = mux.address() as AddressInfo;
  const host = options.host ?? address;
  let drained: Promise<void> | undefined;
  const drain = async ({ timeoutMs = 30_000, lameDuckMs = 0 }: DrainOptions = {}) => {
    health.setReady(false);
    draining.abort(new ReckonError("unavailable", "the server is draining"));
    if (lameDuckMs > 0) await sleep(lameDuckMs);
    gateClosed = true;
    const closed = new Promise<void>((resolve) => mux.close(() => resolve()));
    connections.goAway();
    const left = await settled(calls.idle(), timeoutMs);
    if (!left) logger.warn({ liveHandlers: calls.live, timeoutMs }, "calls still run at the end of the drain");
    shutdown.abort(new ConnectError("the server is shutting down", Code.Unavailable));
    // Aborted calls get a moment to say so to their clients.
    if (!left) await settled(calls.idle(), 500);
    await settled(closed, 250);
    h1.close();
    h2.close();
    await connections.destroy();
    await closed;
  };
  return {
    host,
    port,
    url: `http://${family === "IPv6" ? `[${host}]` : host}:${port}`,
    liveHandlers: () => calls.live,
    openConnections: () => connections.size,
    setReady: (ready) => health.setReady(ready && !draining.signal.aborted),
    drainSignal: draining.signal,
    drain: (drainOptions) => {
      drained ??= drain(drainOptions);
      return drained;
    },
  };
}

/** Decides, before a call's body is read, whether it is taken; notes its deadline. */
function createGate(maxTimeoutMs: number, isClosed: () => boolean): (call: HandlerContext) => void {
  return (call) => {
    const timeoutMs = call.timeoutMs();
    if (timeoutMs !== undefined) {
      if (timeoutMs > maxTimeoutMs) {
        const description = `${Math.round(timeoutMs)} ms is more than the limit of ${maxTimeoutMs} ms`;
        throw toConnectError(invalidArgument([{ field: "timeout", description }]));
      }
      call.values.set(deadlineKey, performance.now() + timeoutMs);
    }
    if (isClosed() && !builtIn.has(call.service.typeName)) {
      throw toConnectError(new ReckonError("unavailable", "the server is draining and takes no new calls"));
    }
  };
}

const clientErrors: Record<string, string> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function createHttp1(listener: http.RequestListener, headersTimeoutMs: number): http.Server {
  const server = http.createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1_000,
    },
    listener,
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return socket.destroy();
    const status = clientErrors[error.code ?? ""] ?? "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  // Node checks header timeouts from this event on, which a server that another one feeds never emits.
  server.emit("listening");
  return server;
}

function createHttp2(listener: (req: NodeRequest, res: NodeResponse) => void): http2.Http2Server {
  return http2.createServer(
    {
      settings: { maxConcurrentStreams: 4_096, initialWindowSize: megabyte },
      maxSessionMemory: 256,
      // A client that stops samples early resets streams as its normal work; Node's default allows 33 a second.
      streamResetBurst: 10_000,
      streamResetRate: 1_000,
    },
    listener,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether a promise settles within the time given. */
async function settled(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
