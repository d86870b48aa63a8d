import type { Config } from "@reckon/config";
import type { SessionSettings } from "./create-sessions.ts";

/** The settings of sessions, from the configuration; seconds become milliseconds. */
export function sessionSettingsOf({ sessions }: Config): SessionSettings {
  return {
    redisUrl: sessions.redis_url,
    redisPrefix: sessions.redis_prefix,
    graceMs: sessions.grace * 1_000,
    ttlMs: sessions.ttl * 1_000,
    leaseMs: sessions.lease * 1_000,
    maxSessionBytes: sessions.max_solve_bytes,
    maxBytes: sessions.max_bytes,
  };
}
