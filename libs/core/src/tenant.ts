import type { LedgerCaps } from "./ledger.ts";
import type { Priority } from "./plan.ts";

/** What a tenant may do; absent: no limit. */
export interface TenantCaps {
  /** Limits of one request, beside the client's own: the smaller of two holds. */
  readonly perRequest?: LedgerCaps;
  /** Limits of all requests together within a UTC day. */
  readonly daily?: LedgerCaps;
  /** N, the most samples of one solve; 1-256. */
  readonly maxSamples?: number;
  /** Solves that run at once, those of batches included. */
  readonly maxConcurrent?: number;
  /** Solves that may begin within a minute. */
  readonly solvesPerMinute?: number;
  /** The highest priority that its requests may ask for. */
  readonly maxPriority?: Priority;
}

/**
 * Who a request belongs to. Everything that outlives a request or can be named from outside (solve ids, idempotency keys,
 * cached responses, live sessions, budgets) is kept apart by `id`.
 */
export interface Tenant {
  /** 1 to 64 of a-z, 0-9, - and _, a letter or digit first. */
  readonly id: string;
  readonly caps: TenantCaps;
}

/** Owner of all requests where no authentication is configured. */
export const localTenant: Tenant = { id: "local", caps: {} };

/** Names of tenants. */
export const tenantIdPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;
