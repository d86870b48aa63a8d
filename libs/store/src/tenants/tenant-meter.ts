import type { LedgerCaps, LedgerSnapshot, Tenant } from "@reckon/core";

/** A solve that may begin: what was set aside for it, and how to give back the rest. */
export interface MeterEntry {
  readonly type: "entered";
  /** Its part of the day's budget; empty for a tenant that has none. */
  readonly held: LedgerCaps;
  /** It has ended, with what it spent; to be called once. Does not throw. */
  leave(spent: LedgerSnapshot): void;
}

/** A solve that may not begin now. */
export interface MeterRefusal {
  readonly type: "refused";
  readonly why: "concurrency" | "rate" | "budget";
  /** How long until it may; a guess for `concurrency`. */
  readonly retryAfterMs: number;
}

/** Counts what tenants do: solves at once, solves within a minute, what they spend within a UTC day. */
export interface TenantMeter {
  /**
   * Counts a solve in, or says why not; all of it or nothing. `own` are the limits of the solve itself: no more than those is
   * set aside. Throws `unavailable` where the count cannot be had.
   */
  enter(tenant: Tenant, own: LedgerCaps): Promise<MeterEntry | MeterRefusal>;
  close(): Promise<void>;
}

/** Without a limit on solves at once, a solve sets aside at most this part of what is left of the day: an eighth. */
export const defaultTakers = 8;
/** How long a refused client should wait for one of its own solves to end. */
export const concurrencyRetryMs = 1_000;
/** Milliseconds of a day; days begin at midnight UTC. */
export const dayMs = 86_400_000;
