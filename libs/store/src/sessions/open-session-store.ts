import { type Clock, systemClock } from "@reckon/core";
import { createMemorySessionStore } from "./memory-session-store.ts";
import { createRedisSessionStore } from "./redis/redis-session-store.ts";
import type { SessionStore, SessionStoreOptions } from "./session-store.ts";

/** Where sessions are kept. */
export interface OpenSessionStoreOptions<E> extends SessionStoreOptions<E> {
  /** `redis://` or `rediss://`; memory where absent. */
  readonly redisUrl?: string | undefined;
  /** What all keys begin with. Default `reckon`. */
  readonly redisPrefix?: string | undefined;
  /** Without a sign of life for this long a replica counts as lost. Default 5,000. */
  readonly leaseMs?: number | undefined;
  /** Default: the real clock. Sessions in Redis live by its clock. */
  readonly clock?: Clock | undefined;
}

/** Opens the store of sessions: Redis or Valkey where a url is given, else memory. Does not wait for the server, and does not throw. */
export function openSessionStore<E>(options: OpenSessionStoreOptions<E>): SessionStore<E> {
  const { redisUrl, redisPrefix, leaseMs, clock = systemClock, ...rest } = options;
  if (redisUrl === undefined) return createMemorySessionStore({ ...rest, clock });
  return createRedisSessionStore({
    ...rest,
    url: redisUrl,
    ...(redisPrefix !== undefined && { prefix: redisPrefix }),
    ...(leaseMs !== undefined && { leaseMs }),
  });
}
