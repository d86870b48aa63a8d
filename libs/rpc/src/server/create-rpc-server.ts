import type { AddressInfo } from "node:net";
import { createConnectRouter } from "@connectrpc/connect";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { limits } from "@reckon/core";
import { createLogger } from "@reckon/telemetry";
import { createCallGate } from "./call-gate.ts";
import { createCallLog } from "./call-log.ts";
import { createConnections } from "./connections.ts";
import { createCors } from "./cors.ts";
import { createDrain } from "./create-drain.ts";
import { createHealthState, serveHealth } from "./health.ts";
import { createHttp1, createHttp2 } from "./http-servers.ts";
import { createMux } from "./mux.ts";
import { serveReflection } from "./reflection.ts";
import { createRequestListener } from "./request-listener.ts";
import type { RpcServer, RpcServerOptions } from "./rpc-server.ts";
import { serveHttp } from "./serve-http.ts";
import { createServeInterceptor } from "./serve-interceptor.ts";
import { serveStatus } from "./status.ts";

const defaultMaxMessageBytes = 32 * 1_048_576;

/**
 * Starts a server: gRPC, gRPC-Web and Connect over HTTP/1.1 and HTTP/2 on one port, in plain text or over TLS, with health, reflection,
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
  const gate = createCallGate({
    maxTimeoutMs: options.maxTimeoutMs ?? limits.timeoutMs.max,
    authenticate: options.authenticate,
    trustCallers: options.trustCallers,
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
    interceptors: [createServeInterceptor({ calls, logger })],
    requestGate: gate.pass,
  });
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
    trustCallers: options.trustCallers ?? false,
    onFallback: options.onFallback && serveHttp(options.onFallback, { calls, gate, shutdown: shutdown.signal, logger }),
  });
  const headersTimeoutMs = options.headersTimeoutMs ?? 10_000;
  const h1 = createHttp1(listener, headersTimeoutMs);
  const h2 = createHttp2(listener);
  h2.on("session", (session) => connections.addSession(session));
  h2.on("sessionError", (err) => logger.debug({ err }, "an HTTP/2 connection broke"));
  const mux = createMux(h1, h2, {
    firstBytesTimeoutMs: headersTimeoutMs,
    onConnection: (socket) => connections.addSocket(socket),
    onHandshake: (socket) => connections.addHandshake(socket),
    tls: options.tls,
    logger,
  });
  await new Promise<void>((resolve, reject) => {
    mux.once("error", reject);
    mux.listen({ host: options.host ?? "127.0.0.1", port: options.port }, () => resolve());
  });
  mux.on("error", (err) => logger.error({ err }, "the listening socket broke"));
  health.setReady(options.ready ?? true);

  const { address, port } = mux.address() as AddressInfo;
  const host = options.host ?? address;
  const stopListening = () =>
    new Promise<void>((resolve) => {
      mux.close(() => resolve());
      h1.close();
      h2.close();
    });
  return {
    host,
    port,
    url: `${options.tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    liveHandlers: () => calls.live,
    openConnections: () => connections.size,
    setReady: (ready) => health.setReady(ready && !draining.signal.aborted),
    drainSignal: draining.signal,
    drain: createDrain({ health, draining, gate, connections, calls, shutdown, logger, stopListening }),
  };
}
