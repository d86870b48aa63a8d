import { Code, ConnectError, createContextKey, type Interceptor } from "@connectrpc/connect";
import { context } from "@opentelemetry/api";
import { ReckonError, type Tenant } from "@reckon/core";
import { type Logger, recordRpc } from "@reckon/telemetry";
import { type CallContext, runInCall } from "../call-context.ts";
import { toConnectError } from "../errors.ts";
import { extractTrace, traceHeadersOf } from "../trace-context.ts";
import { isBuiltIn } from "./built-in.ts";
import type { CallLog } from "./call-log.ts";
import { blameSender } from "./parse-errors.ts";
import { type Supervision, supervise, superviseStream } from "./supervise.ts";

/** When the caller stops waiting, in milliseconds of `performance.now()`; set before any interceptor runs. */
export const deadlineKey = createContextKey<number | undefined>(undefined);
/** Whether the connection that a call came over is gone; set before any interceptor runs. */
export const connectionLostKey = createContextKey<(() => boolean) | undefined>(undefined);

/** Whose a call is; set before any interceptor runs. */
export const tenantKey = createContextKey<Tenant | undefined>(undefined);

/** What the interceptor needs of its server. */
export interface ServeInterceptorOptions {
  readonly calls: CallLog;
  readonly logger: Logger;
}

/**
 * The one interceptor of a server, around every handler: counts it while it really runs, gives it the context of its call
 * (signal, deadline, trace) at each step, and turns what it throws into a status. It starts no span: which parts of the work
 * are spans, the services know.
 */
export function createServeInterceptor({ calls, logger }: ServeInterceptorOptions): Interceptor {
  return (next) => async (req) => {
    const method = `${req.service.typeName}/${req.method.name}`;
    const call: CallContext = {
      signal: req.signal,
      deadlineAtMs: req.contextValues.get(deadlineKey),
      traceHeaders: traceHeadersOf(req.header),
      method,
      tenant: req.contextValues.get(tenantKey),
      connectionLost: req.contextValues.get(connectionLostKey),
    };
    const inside = extractTrace(req.header);
    const startedAtMs = performance.now();
    const countOut = isBuiltIn(req.service.typeName) ? undefined : calls.begin();
    const fail = (error: unknown) => {
      const status = blameSender(toConnectError(error));
      if (isBug(status, req.signal)) {
        context.with(inside, () => logger.error({ err: status.cause ?? error, method }, "a handler failed"));
      }
      return status;
    };
    const supervision: Supervision = {
      enter: (step) => runInCall(call, () => context.with(inside, step)),
      signal: req.signal,
      onEnd: (error) => {
        countOut?.();
        if (countOut !== undefined) recordRpc(method, statusName(error), performance.now() - startedAtMs);
      },
    };

    let streaming = false;
    try {
      const res = await supervise(() => next(req), {
        ...supervision,
        onEnd: (error) => {
          // A streaming handler has not ended when its stream begins.
          streaming = error === undefined && req.stream;
          if (!streaming) supervision.onEnd(error);
        },
      });
      if (!res.stream) return res;
      return { ...res, message: mapErrors(superviseStream(res.message, supervision), fail) };
    } catch (error) {
      throw fail(error);
    }
  };
}

function statusName(error: unknown): string {
  return error === undefined ? "OK" : Code[toConnectError(error).code];
}

/** Whether a status hides something that nobody meant to throw, and that is no echo of the client's leaving. */
function isBug(status: ConnectError, signal: AbortSignal): boolean {
  if (status.code !== Code.Internal || signal.aborted) return false;
  const cause = status.cause;
  return cause !== undefined && !(cause instanceof ReckonError && cause.cause instanceof ConnectError);
}

function mapErrors<T>(source: AsyncIterable<T>, fail: (error: unknown) => ConnectError): AsyncIterable<T> {
  const inner = source[Symbol.asyncIterator]();
  const rethrow = (error: unknown) => Promise.reject(fail(error));
  const iterator: AsyncIterator<T> = {
    next: () => inner.next().catch(rethrow),
    return: (value) => inner.return?.(value) ?? Promise.resolve({ done: true, value }),
    throw: (error) => inner.throw?.(error) ?? Promise.reject(error),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
