import type { Clock, Tenant } from "@reckon/core";
import { createTokenBucket, type TokenBucket } from "@reckon/resilience";
import { concurrencyRetryMs, defaultTakers, type TenantMeter } from "@reckon/store";
import { createDailyAccount, type DailyAccount } from "./daily-account.ts";

/** What is known of one tenant. */
interface TenantState {
  live: number;
  readonly rate: TokenBucket | undefined;
  readonly daily: DailyAccount | undefined;
}

/** Counts the tenants of this process, since its start. */
export function createMemoryTenantMeter(clock: Clock, nowMs: () => number = Date.now): TenantMeter {
  const states = new Map<string, TenantState>();

  const stateOf = ({ id, caps }: Tenant): TenantState => {
    const known = states.get(id);
    if (known !== undefined) return known;
    const made: TenantState = {
      live: 0,
      rate: caps.solvesPerMinute === undefined ? undefined : createTokenBucket(clock, caps.solvesPerMinute, 60_000),
      daily: caps.daily && createDailyAccount(caps.daily, nowMs),
    };
    states.set(id, made);
    return made;
  };

  return {
    async enter(tenant, own) {
      const { maxConcurrent } = tenant.caps;
      const state = stateOf(tenant);
      const { live, rate, daily } = state;
      if (maxConcurrent !== undefined && live >= maxConcurrent) {
        return { type: "refused", why: "concurrency", retryAfterMs: concurrencyRetryMs };
      }
      const waitMs = rate?.waitMs(1) ?? 0;
      if (waitMs > 0) return { type: "refused", why: "rate", retryAfterMs: Math.ceil(waitMs) };
      const takers = maxConcurrent === undefined ? defaultTakers : Math.max(1, maxConcurrent - live);
      const reserved = daily?.take(own, takers);
      if (daily !== undefined && reserved === undefined) {
        return { type: "refused", why: "budget", retryAfterMs: daily.untilTomorrowMs() };
      }
      rate?.take(1);
      state.live += 1;
      return {
        type: "entered",
        held: reserved?.caps ?? {},
        leave(spent) {
          state.live -= 1;
          reserved?.settle(spent);
        },
      };
    },
    close: async () => undefined,
  };
}
