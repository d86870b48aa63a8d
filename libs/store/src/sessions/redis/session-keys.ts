import { createHash } from "node:crypto";

/** Names of everything that sessions keep in Redis. */
export interface SessionKeys {
  /** Hash: tenant, owner, fingerprint, state, last, head, error. */
  session(solveId: string): string;
  /** Stream of packed events; an entry's id is the number of its last event. */
  log(solveId: string): string;
  /** Present while a replica reads for a client that came back to it. */
  watched(solveId: string): string;
  /** The id and the fingerprint of the session that has an idempotency key. */
  idempotency(tenant: string, key: string): string;
  /** Sorted set of replicas by their last sign of life. */
  readonly replicas: string;
  /** Ids of the sessions that a replica runs. */
  running(replica: string): string;
  /** Channel: something was added to a log. */
  news(solveId: string): string;
  /** Channel: ids of sessions that a replica is to end. */
  orders(replica: string): string;
}

/** Keys that begin with `prefix:`. */
export function sessionKeys(prefix: string): SessionKeys {
  return {
    session: (solveId) => `${prefix}:s:${solveId}`,
    log: (solveId) => `${prefix}:s:${solveId}:log`,
    watched: (solveId) => `${prefix}:s:${solveId}:watched`,
    // Clients choose keys; a digest has no odd characters and one length.
    idempotency: (tenant, key) => `${prefix}:k:${tenant}:${createHash("sha256").update(key).digest("hex")}`,
    replicas: `${prefix}:replicas`,
    running: (replica) => `${prefix}:r:${replica}`,
    news: (solveId) => `${prefix}:news:${solveId}`,
    orders: (replica) => `${prefix}:orders:${replica}`,
  };
}
