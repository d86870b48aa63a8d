import type { ConnectRouter } from "@connectrpc/connect";
import type { Logger } from "@reckon/telemetry";
import type { Authenticate } from "./call-gate.ts";
import type { HttpHandler } from "./serve-http.ts";
import type { ServerTls } from "./tls-listener.ts";

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
  /** Certificate of the port, which speaks TLS then and nothing else. Default: plain text. */
  readonly tls?: ServerTls;
  /**
   * Asked for every call but those of health, before its body is read; what it throws is the call's status. Paths that are no
   * RPC have to ask themselves. Default: nobody is asked who he is.
   */
  readonly authenticate?: Authenticate;
  /** The callers are services of the same house: what their internal headers say is believed. Default: those are dropped. */
  readonly trustCallers?: boolean;
  /** Serves paths that are no RPC. Default: 404. */
  readonly onFallback?: HttpHandler;
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
  /** `http://host:port`, or `https://host:port` */
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
