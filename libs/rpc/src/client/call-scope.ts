import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { currentCall, currentTenant, remainingMs } from "../call-context.ts";
import { tenantHeader } from "../internal-headers.ts";
import { outgoingTraceHeaders } from "../trace-context.ts";

/** A call that is about to be made: what it inherits, and how to end it. */
export interface CallScope {
  readonly options: CallOptions;
  /** Lets go of the signals that the call followed; for a call that has ended. */
  release(): void;
  /** Cancels the call, and lets go likewise; for a call that may still run. */
  cancel(): void;
}

/**
 * Prepares calls: each inherits the signal, the rest of the deadline, the trace and the tenant of the call that is being served where
 * this is called; of two deadlines the nearer holds. `open` begins one such call.
 */
export function prepareCall(options: CallOptions = {}, defaultTimeoutMs?: number): () => CallScope {
  const inbound = currentCall();
  const headers = new Headers(options.headers);
  for (const [name, value] of Object.entries(outgoingTraceHeaders(inbound?.traceHeaders))) headers.set(name, value);
  const tenant = currentTenant();
  if (tenant !== undefined) headers.set(tenantHeader, tenant.id);
  return () => {
    const controller = new AbortController();
    const followed = [options.signal, inbound?.signal].filter((signal) => signal !== undefined);
    const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
    for (const signal of followed) {
      if (signal.aborted) controller.abort(signal.reason);
      else signal.addEventListener("abort", onAbort, { once: true });
    }
    const timeouts = [options.timeoutMs ?? defaultTimeoutMs, remainingMs(inbound)].filter((ms) => ms !== undefined);
    const timeoutMs = timeouts.length === 0 ? undefined : Math.min(...timeouts);
    const release = () => {
      for (const signal of followed) signal.removeEventListener("abort", onAbort);
    };
    return {
      options: { ...options, headers, timeoutMs, signal: controller.signal },
      release,
      cancel() {
        release();
        controller.abort(new ConnectError("the consumer stopped", Code.Canceled));
      },
    };
  };
}
