/**
 * What a tenant may spend; `undefined` is no limit. Caps of one request hold beside the client's own limits: the smaller of
 * two holds. Caps over time hold for all requests of the tenant together.
 */
export interface TenantCaps {
  /** N, the most samples of one solve; 1-256. */
  readonly maxSamples?: number;
  /** Output tokens of one request, cancelled ones included. */
  readonly maxOutputTokens?: number;
  /** Model calls of one request. */
  readonly maxCalls?: number;
  /** US dollars of one request. */
  readonly maxCostUsd?: number;
  /** Wall time of one request, milliseconds. */
  readonly maxTimeMs?: number;
  /** Solves that run at once, those of batches included. */
  readonly maxConcurrent?: number;
  /** Requests that may begin within a minute. */
  readonly requestsPerMinute?: number;
  /** Output tokens within a UTC day, cancelled ones included. */
  readonly dailyOutputTokens?: number;
  /** US dollars within a UTC day. */
  readonly dailyCostUsd?: number;
  /** The highest priority that its requests may ask for. */
  readonly maxPriority?: number;
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
