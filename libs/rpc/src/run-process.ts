import { type Logger, observeLiveHandlers, startTelemetry, type TelemetryOptions } from "@reckon/telemetry";
import type { RpcServer } from "./server/rpc-server.ts";

/** What a service's process is made of. */
export interface ProcessOptions {
  readonly service: string;
  /** Default `0.1.0`. */
  readonly version?: string;
  /** Where and what to report; see `TelemetryOptions`. */
  readonly telemetry?: Omit<TelemetryOptions, "service" | "version">;
  /** How long running calls may go on after SIGTERM. Default 30,000. */
  readonly drainTimeoutMs?: number;
  /** How long new calls are still taken after SIGTERM, while health says NOT_SERVING. Default 0. */
  readonly lameDuckMs?: number;
  /** Builds the service and starts its server. */
  readonly start: (context: ProcessContext) => Promise<RpcServer>;
}

/** What a starting service is given. */
export interface ProcessContext {
  readonly service: string;
  readonly version: string;
  readonly logger: Logger;
  /** Registers what is to be closed after the drain, last registered first. */
  onStop(close: () => void | Promise<void>): void;
}

const orphanDrainMs = 2_000;

/**
 * Runs a service as a process: starts telemetry and the server, prints one line of JSON (`service`, `url`, `pid`) on standard
 * output when it listens, and on SIGTERM or SIGINT drains, closes, flushes telemetry and exits 0; a second signal exits 1 at
 * once. With `RECKON_EXIT_WITH_PARENT=1` the end of standard input counts as a signal, so that a child never outlives a
 * parent, however that ended. A start that fails is logged and exits 1.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const version = options.version ?? "0.1.0";
  const telemetry = await startTelemetry({ service: options.service, version, ...options.telemetry });
  const { logger } = telemetry;
  const closers: (() => void | Promise<void>)[] = [() => telemetry.shutdown()];
  const close = async () => {
    for (const closer of closers.reverse()) {
      await Promise.resolve()
        .then(closer)
        .catch((err: unknown) => logger.error({ err }, "closing failed"));
    }
  };
  process.on("unhandledRejection", (err) => logger.error({ err }, "a promise was rejected and nobody waited for it"));
  process.on("uncaughtException", (err) => {
    logger.fatal({ err }, "an error was thrown and nobody caught it");
    process.exit(1);
  });

  let server: RpcServer | undefined;
  let stopping = false;
  const stop = async (why: string, drainTimeoutMs: number) => {
    if (stopping) return process.exit(1);
    stopping = true;
    logger.info({ why }, "stopping");
    await server?.drain({ timeoutMs: drainTimeoutMs, lameDuckMs: options.lameDuckMs });
    await close();
    process.exit(0);
  };
  const drainTimeoutMs = options.drainTimeoutMs ?? 30_000;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal, drainTimeoutMs));
  if (process.env["RECKON_EXIT_WITH_PARENT"] === "1") {
    const onParentGone = () => {
      if (!stopping) void stop("the parent process ended", Math.min(orphanDrainMs, drainTimeoutMs));
    };
    process.stdin.on("end", onParentGone).on("close", onParentGone).on("error", onParentGone).resume();
  }

  const onStop = (closer: () => void | Promise<void>) => void closers.push(closer);
  try {
    server = await options.start({ service: options.service, version, logger, onStop });
  } catch (err) {
    logger.fatal({ err }, `${options.service} could not start`);
    await close();
    process.exit(1);
  }
  const { liveHandlers, url } = server;
  onStop(observeLiveHandlers(liveHandlers));
  // Whether it can do its work, its health says.
  logger.info({ url }, "listening");
  process.stdout.write(`${JSON.stringify({ service: options.service, url, pid: process.pid })}\n`);
}
