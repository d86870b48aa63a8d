import { AsyncLocalStorage } from "node:async_hooks";
import type { Tenant } from "@reckon/core";

/** The call that a handler serves: what its own calls inherit. */
export interface CallContext {
  /** Aborts when the client leaves, the deadline passes or the server shuts down; and, at the latest, when the call ends. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, in milliseconds of `performance.now()`; `undefined` where it set no deadline. */
  readonly deadlineAtMs: number | undefined;
  /** Headers of the trace that the call belongs to (`traceparent`, `tracestate`), as they came in. */
  readonly traceHeaders: Readonly<Record<string, string>>;
  /** Full name of the method, for example `reckon.orchestrator.v1.OrchestratorService/Solve`. */
  readonly method: string;
  /** Who calls, as the server's `authenticate` has found; `undefined` where the server asks nobody who he is. */
  readonly tenant?: Tenant | undefined;
  /**
   * Once the signal has aborted: whether the client's connection is gone, so that it may not have meant to leave and may come
   * back. HTTP/1.1 knows no other way to leave; there it is always true. Absent where nobody can come back.
   */
  readonly connectionLost?: (() => boolean) | undefined;
}

const storage = new AsyncLocalStorage<CallContext | undefined>();

/** The call that is being served here, also inside the steps of a streaming handler; `undefined` outside of handlers. */
export function currentCall(): CallContext | undefined {
  return storage.getStore();
}

/** Milliseconds that the caller still waits, at least 0; `undefined` where there is no call or no deadline. */
export function remainingMs(call: CallContext | undefined = currentCall()): number | undefined {
  if (call?.deadlineAtMs === undefined) return undefined;
  return Math.max(0, call.deadlineAtMs - performance.now());
}

/** Runs `fn` as part of a call. */
export function runInCall<T>(call: CallContext, fn: () => T): T {
  return storage.run(call, fn);
}

/** Runs `fn` outside of the current call, so that what it starts outlives the call and is not bound by its deadline. */
export function runDetached<T>(fn: () => T): T {
  return storage.run(undefined, fn);
}

/** Runs `fn` as part of the current call with a deadline, `performance.now()` in milliseconds, where it has no earlier one. */
export function runBefore<T>(deadlineAtMs: number, fn: () => T): T {
  const call = storage.getStore();
  if (call === undefined || (call.deadlineAtMs ?? Number.POSITIVE_INFINITY) <= deadlineAtMs) return fn();
  return storage.run({ ...call, deadlineAtMs }, fn);
}
