import { type Clock, notNeeded, ReckonError } from "@reckon/core";
import { EventLog } from "./event-log.ts";
import type { NewSession, OwnSession, SessionInfo, SessionStore, SessionStoreOptions } from "./session-store.ts";

interface Entry<E> {
  readonly session: NewSession;
  readonly log: EventLog<E>;
  endedAtMs: number | undefined;
}

/** The error of a session that there is not (any more); the same words whoever asks. */
export function noSession(solveId: string): ReckonError {
  return new ReckonError("not-found", `no solve ${JSON.stringify(solveId)} is running or remembered`);
}

const keyOf = (tenant: string, key: string) => `${tenant}\0${key}`;
const never = new AbortController().signal;

/** Sessions of one process, in memory: gone when it ends. */
export function createMemorySessionStore<E>(
  options: Omit<SessionStoreOptions<E>, "onLost" | "warn"> & { readonly clock: Clock },
): SessionStore<E> {
  const { clock, codec, ttlMs, maxSessionBytes, maxBytes } = options;
  const entries = new Map<string, Entry<E>>();
  const keys = new Map<string, string>();
  // In the order in which they ended.
  const ended = new Map<string, Entry<E>>();
  let endedBytes = 0;
  const closed = new AbortController();

  const drop = (entry: Entry<E>) => {
    const { solveId, tenant, idempotencyKey } = entry.session;
    entries.delete(solveId);
    if (ended.delete(solveId)) endedBytes -= entry.log.bytes;
    if (idempotencyKey !== undefined) keys.delete(keyOf(tenant, idempotencyKey));
  };
  const sweep = () => {
    const oldestMs = clock.nowMs() - ttlMs;
    for (const entry of ended.values()) {
      if (endedBytes <= maxBytes && (entry.endedAtMs ?? 0) > oldestMs) return;
      drop(entry);
    }
  };
  /** Lets go of what is over its time also where nobody asks any more. */
  let sweeping = false;
  const sweepLater = () => {
    if (sweeping) return;
    sweeping = true;
    const again = () => {
      sweeping = false;
      sweep();
      if (ended.size > 0) sweepLater();
    };
    clock.sleep(ttlMs + 1, closed.signal).then(again, () => undefined);
  };
  const infoOf = ({ session, log }: Entry<E>): SessionInfo => {
    const { solveId, tenant, fingerprint } = session;
    const state = log.end === undefined ? "running" : log.end.type === "failed" ? "failed" : "ended";
    return { solveId, tenant, fingerprint, state };
  };
  const own = (entry: Entry<E>): OwnSession<E> => ({
    solveId: entry.session.solveId,
    lost: never,
    begin: async (event) => entry.log.append(1, event),
    append: (sequence, event) => entry.log.append(sequence, event),
    end() {
      if (entry.log.end !== undefined) return;
      entry.log.close({ type: "ended" });
      entry.endedAtMs = clock.nowMs();
      ended.set(entry.session.solveId, entry);
      endedBytes += entry.log.bytes;
      sweep();
      sweepLater();
    },
    fail(error) {
      entry.log.close({ type: "failed", error });
      drop(entry);
    },
  });

  return {
    async open(session) {
      sweep();
      const { solveId, tenant, idempotencyKey } = session;
      const holder = idempotencyKey === undefined ? undefined : keys.get(keyOf(tenant, idempotencyKey));
      const held = holder === undefined ? undefined : entries.get(holder);
      if (held !== undefined) return { type: "joined", info: infoOf(held) };
      const entry: Entry<E> = { session, log: new EventLog(codec, maxSessionBytes), endedAtMs: undefined };
      entries.set(solveId, entry);
      if (idempotencyKey !== undefined) keys.set(keyOf(tenant, idempotencyKey), solveId);
      return { type: "opened", session: own(entry) };
    },
    async find(tenant, by) {
      sweep();
      const entry = entries.get("key" in by ? (keys.get(keyOf(tenant, by.key)) ?? "") : by.solveId);
      return entry?.session.tenant === tenant ? infoOf(entry) : undefined;
    },
    async *read(solveId, afterSequence, signal) {
      const log = entries.get(solveId)?.log;
      if (log === undefined) throw noSession(solveId);
      yield* log.read(afterSequence, signal);
      const end = log.lastEvent();
      if (signal?.aborted !== true && end !== undefined && afterSequence >= end.sequence) yield end;
    },
    async cancel(solveId) {
      const entry = entries.get(solveId);
      if (entry === undefined || entry.log.end !== undefined) return false;
      options.onCancel(solveId);
      return true;
    },
    watchedElsewhere: async () => false,
    async close() {
      closed.abort(notNeeded);
      for (const { log } of entries.values()) {
        log.close({ type: "failed", error: new ReckonError("unavailable", "the server is shutting down") });
      }
      entries.clear();
      keys.clear();
      ended.clear();
    },
  };
}
