import type { Config, TenantConfig } from "@reckon/config";
import type { LedgerCaps, Tenant, TenantCaps } from "@reckon/core";

/** The caps that a section of the configuration spells out; seconds become milliseconds. */
export function tenantCapsOf(config: TenantConfig): TenantCaps {
  const perRequest: LedgerCaps = {
    maxOutputTokens: config.max_output_tokens,
    maxCalls: config.max_calls,
    maxCostUsd: config.max_cost,
    maxWallMs: config.max_time === undefined ? undefined : config.max_time * 1000,
  };
  const daily: LedgerCaps = { maxOutputTokens: config.daily_output_tokens, maxCostUsd: config.daily_cost };
  const isSet = (caps: LedgerCaps) => Object.values(caps).some((cap) => cap !== undefined);
  return {
    ...(isSet(perRequest) && { perRequest }),
    ...(isSet(daily) && { daily }),
    ...(config.max_samples !== undefined && { maxSamples: config.max_samples }),
    ...(config.max_concurrent !== undefined && { maxConcurrent: config.max_concurrent }),
    ...(config.solves_per_minute !== undefined && { solvesPerMinute: config.solves_per_minute }),
    ...(config.max_priority !== undefined && { maxPriority: config.max_priority }),
  };
}

/** The tenant of an id, with the caps of its own section or, without one, those of `[tenants.default]`. */
export function createTenantDirectory(tenants: Config["tenants"]): (id: string) => Tenant {
  const byId = new Map(Object.entries(tenants).map(([id, config]) => [id, tenantCapsOf(config)]));
  const fallback = byId.get("default") ?? {};
  return (id) => ({ id, caps: byId.get(id) ?? fallback });
}
