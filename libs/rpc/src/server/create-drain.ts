import { Code, ConnectError } from "@connectrpc/connect";
import { ReckonError } from "@reckon/core";
import type { Logger } from "@reckon/telemetry";
import type { CallGate } from "./call-gate.ts";
import type { CallLog } from "./call-log.ts";
import type { Connections } from "./connections.ts";
import type { HealthState } from "./health.ts";
import type { DrainOptions } from "./rpc-server.ts";

/** The parts of a server that a drain ends, in this order. */
export interface DrainParts {
  readonly health: HealthState;
  /** Aborted first, so that services can end what runs in their own way. */
  readonly draining: AbortController;
  readonly gate: CallGate;
  readonly connections: Connections;
  readonly calls: CallLog;
  /** Aborts every handler that is left. */
  readonly shutdown: AbortController;
  readonly logger: Logger;
  /** Stops listening; resolves when the last connection has closed. */
  readonly stopListening: () => Promise<void>;
}

// Time for handlers that were aborted at the limit to say so to their clients, and for connections to close by themselves.
const lastWordsMs = 500;
const lastCloseMs = 250;

/** The drain of a server; the first call decides how, further calls wait for the same one. */
export function createDrain(parts: DrainParts): (options?: DrainOptions) => Promise<void> {
  let drained: Promise<void> | undefined;
  return (options) => {
    drained ??= drain(parts, options);
    return drained;
  };
}

async function drain(parts: DrainParts, { timeoutMs = 30_000, lameDuckMs = 0 }: DrainOptions = {}): Promise<void> {
  const { health, draining, gate, connections, calls, shutdown, logger } = parts;
  health.setReady(false);
  draining.abort(new ReckonError("unavailable", "the server is draining"));
  if (lameDuckMs > 0) await new Promise((resolve) => setTimeout(resolve, lameDuckMs));
  gate.close();
  const closed = parts.stopListening();
  connections.goAway();
  const finished = await settled(calls.idle(), timeoutMs);
  if (!finished) logger.warn({ liveHandlers: calls.live, timeoutMs }, "calls still run at the end of the drain");
  shutdown.abort(new ConnectError("the server is shutting down", Code.Unavailable));
  if (!finished) await settled(calls.idle(), lastWordsMs);
  await settled(closed, lastCloseMs);
  await connections.destroy();
  await closed;
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
