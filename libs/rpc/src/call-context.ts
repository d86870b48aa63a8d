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

/** What is known wherever code runs: the call that it is part of, and for whom. */
interface Scope {
  readonly call: CallContext | undefined;
  readonly tenant: Tenant | undefined;
}

const storage = new AsyncLocalStorage<Scope>();

/** The call that is being served here, also inside the steps of a streaming handler; `undefined` outside of handlers. */
export function currentCall(): CallContext | undefined {
  return storage.getStore()?.call;
}

/** For whom the work here is done, also after the call that began it has ended; `undefined` where nobody said who he is. */
export function currentTenant(): Tenant | undefined {
  return storage.getStore()?.tenant;
}

/** Milliseconds that the caller still waits, at least 0; `undefined` where there is no call or no deadline. */
export function remainingMs(call: CallContext | undefined = currentCall()): number | undefined {
  if (call?.deadlineAtMs === undefined) return undefined;
  return Math.max(0, call.deadlineAtMs - performance.now());
}

/** Runs `fn` as part of a call. */
export function runInCall<T>(call: CallContext, fn: () => T): T {
  return storage.run({ call, tenant: call.tenant }, fn);
}

/**
 * Runs `fn` outside of the current call, so that what it starts outlives the call and is not bound by its deadline. It is
 * still done for the same tenant.
 */
export function runDetached<T>(fn: () => T): T {
  return storage.run({ call: undefined, tenant: currentTenant() }, fn);
}

/** Runs `fn` for a tenant: as the same call, if it is part of one, but in the tenant's name. */
export function runAsTenant<T>(tenant: Tenant, fn: () => T): T {
  const call = currentCall();
  return storage.run({ call: call && { ...call, tenant }, tenant }, fn);
}

/** Runs `fn` as part of the current call with a deadline, `performance.now()` in milliseconds, where it has no earlier one. */
export function runBefore<T>(deadlineAtMs: number, fn: () => T): T {
  const call = currentCall();
  if (call === undefined || (call.deadlineAtMs ?? Number.POSITIVE_INFINITY) <= deadlineAtMs) return fn();
  return runInCall({ ...call, deadlineAtMs }, fn);
}
