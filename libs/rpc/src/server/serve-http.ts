import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { ReckonError } from "@reckon/core";
import type { Logger } from "@reckon/telemetry";
import { type CallContext, runInCall } from "../call-context.ts";
import { extractTrace, traceHeadersOf } from "../trace-context.ts";
import type { CallGate } from "./call-gate.ts";
import type { CallLog } from "./call-log.ts";
import { createHttpExchange, type HttpExchange } from "./http-exchange.ts";
import type { NodeRequest, NodeResponse } from "./write-response.ts";

/** Answers requests that are no RPC. What it throws is a bug: it is logged, and answered with a bare 500. */
export type HttpHandler = (exchange: HttpExchange) => Promise<void> | void;

/** What serving plain HTTP needs of its server. */
export interface ServeHttpOptions {
  readonly calls: CallLog;
  readonly gate: CallGate;
  readonly shutdown: AbortSignal;
  readonly logger: Logger;
}

/**
 * Serves plain HTTP as calls of the server: counted, so that a drain waits for them; in the context of a call, so that what
 * they ask of others is cancelled when the client leaves, and belongs to the client's trace.
 */
export function serveHttp(handler: HttpHandler, options: ServeHttpOptions) {
  const { calls, gate, shutdown, logger } = options;
  return (req: NodeRequest, res: NodeResponse): void => {
    const left = new AbortController();
    const onClose = () => {
      if (!res.writableFinished) left.abort(new ReckonError("cancelled", "the client left"));
    };
    const onShutdown = () => left.abort(new ReckonError("unavailable", "the server is shutting down"));
    if (shutdown.aborted) onShutdown();
    shutdown.addEventListener("abort", onShutdown, { once: true });
    res.once("close", onClose);
    const countOut = calls.begin();
    const exchange = createHttpExchange(req, res, { signal: left.signal, draining: gate.closed });
    const { traceHeaders, inside } = traceOf(req);
    const method = `${exchange.method} ${exchange.path}`;
    const call: CallContext = { signal: left.signal, deadlineAtMs: undefined, traceHeaders, method };
    const run = async () => {
      try {
        await handler(exchange);
      } catch (err) {
        if (!left.signal.aborted) logger.error({ err, method }, "a handler failed");
        if (exchange.begun) exchange.destroy();
        else exchange.respond(500, { "content-type": "text/plain; charset=utf-8" }, "internal error\n");
      } finally {
        shutdown.removeEventListener("abort", onShutdown);
        countOut();
      }
    };
    void runInCall(call, () => context.with(inside, run));
  };
}

/** Most requests carry no trace; reading their headers for one is spared. */
function traceOf({ headers }: NodeRequest) {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== "string") return { traceHeaders: {}, inside: ROOT_CONTEXT };
  const carrier = new Headers({ traceparent });
  if (typeof tracestate === "string") carrier.set("tracestate", tracestate);
  return { traceHeaders: traceHeadersOf(carrier), inside: extractTrace(carrier) };
}
