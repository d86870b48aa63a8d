import {
  type Clock,
  type LedgerCaps,
  type LedgerSnapshot,
  type PlanOverrides,
  type Priority,
  ReckonError,
  type Tenant,
  tightestCaps,
} from "@reckon/core";
import { createTokenBucket, type TokenBucket } from "@reckon/resilience";
import { recordTenantRefused } from "@reckon/telemetry";
import { createDailyAccount, type DailyAccount } from "./daily-account.ts";

/** A solve that wants to begin. */
export interface TenantRequest {
  readonly overrides: PlanOverrides;
  /** Waits where the tenant is at its limits, as problems of a batch do; else it is refused. */
  readonly wait: boolean;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** A solve that may begin, and within which limits. */
export interface TenantEntry {
  /** Hard limits of this one solve. */
  readonly caps: LedgerCaps;
  /** N at most; `undefined`: no limit. */
  readonly maxSamples: number | undefined;
  /** The priority that it has: the one asked for, or the highest that the tenant may have where that is below normal. */
  readonly priority: Priority | undefined;
  /** It has ended, with what it spent. Only the first call counts. */
  leave(spent: LedgerSnapshot): void;
}

/** The gate that each solve of a tenant passes. */
export interface TenantGate {
  /**
   * Throws `permission-denied` for more samples or a higher priority than the tenant may ask for, and `resource-exhausted`,
   * with the time to wait, where it has too many solves running or begun, or has spent its day's budget.
   */
  enter(tenant: Tenant, request: TenantRequest): Promise<TenantEntry>;
}

/** What is known of one tenant. */
interface TenantState {
  live: number;
  readonly rate: TokenBucket | undefined;
  readonly daily: DailyAccount | undefined;
  readonly waiting: Set<() => void>;
}

interface Obstacle {
  readonly why: "concurrency" | "rate";
  readonly message: string;
  readonly retryAfterMs: number;
}

const ranks: Readonly<Record<Priority, number>> = { low: 0, normal: 1, high: 2 };
// Without a limit on solves at once, a request sets aside an eighth of what is left of the day at most.
const defaultTakers = 8;
// How long a refused client should wait for one of its own solves to end.
const concurrencyRetryMs = 1_000;

/** A gate with the caps that tenants have; what they have begun and spent is known to this process alone. */
export function createTenantGate(clock: Clock, nowMs: () => number = Date.now): TenantGate {
  const states = new Map<string, TenantState>();

  const stateOf = ({ id, caps }: Tenant): TenantState => {
    const known = states.get(id);
    if (known !== undefined) return known;
    const made: TenantState = {
      live: 0,
      rate: caps.solvesPerMinute === undefined ? undefined : createTokenBucket(clock, caps.solvesPerMinute, 60_000),
      daily: caps.daily && createDailyAccount(caps.daily, nowMs),
      waiting: new Set(),
    };
    states.set(id, made);
    return made;
  };

  return {
    async enter(tenant, { overrides, wait, signal }) {
      const { caps } = tenant;
      const priority = allowedPriority(tenant, overrides.priority);
      assertSamples(tenant, overrides.samples);
      const state = stateOf(tenant);
      for (let obstacle = obstacleOf(tenant, state); obstacle !== undefined; obstacle = obstacleOf(tenant, state)) {
        if (!wait) {
          recordTenantRefused(tenant.id, obstacle.why);
          throw new ReckonError("resource-exhausted", obstacle.message, { retryAfterMs: obstacle.retryAfterMs });
        }
        await (obstacle.why === "rate" ? clock.sleep(obstacle.retryAfterMs, signal) : nextLeave(state, signal));
      }
      const own = tightestCaps(caps.perRequest, overrides);
      const takers = caps.maxConcurrent === undefined ? defaultTakers : Math.max(1, caps.maxConcurrent - state.live);
      const reserved = state.daily?.take(own, takers);
      if (state.daily !== undefined && reserved === undefined) throw spent(tenant, state.daily);
      state.rate?.take(1);
      state.live += 1;
      let inside = true;
      return {
        caps: tightestCaps(caps.perRequest, reserved?.caps),
        maxSamples: caps.maxSamples,
        priority,
        leave(ledger) {
          if (!inside) return;
          inside = false;
          state.live -= 1;
          reserved?.settle(ledger);
          for (const wake of state.waiting) wake();
        },
      };
    },
  };
}

function obstacleOf({ id, caps }: Tenant, { live, rate }: TenantState): Obstacle | undefined {
  if (caps.maxConcurrent !== undefined && live >= caps.maxConcurrent) {
    const message = `tenant ${id} has ${live} solves running, its limit is ${caps.maxConcurrent}`;
    return { why: "concurrency", message, retryAfterMs: concurrencyRetryMs };
  }
  const waitMs = rate?.waitMs(1) ?? 0;
  if (waitMs <= 0) return undefined;
  const message = `tenant ${id} has begun ${caps.solvesPerMinute} solves within a minute, which is its limit`;
  return { why: "rate", message, retryAfterMs: Math.ceil(waitMs) };
}

/** Resolves when a solve of the tenant has ended. */
function nextLeave({ waiting }: TenantState, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      waiting.delete(settle);
      signal.removeEventListener("abort", settle);
      if (signal.aborted) reject(new ReckonError("cancelled", "the request ended while it waited for its turn"));
      else resolve();
    };
    if (signal.aborted) return settle();
    waiting.add(settle);
    signal.addEventListener("abort", settle, { once: true });
  });
}

function assertSamples({ id, caps }: Tenant, samples: number | undefined): void {
  if (samples === undefined || caps.maxSamples === undefined || samples <= caps.maxSamples) return;
  const message = `options.samples: ${samples} is more than the ${caps.maxSamples} that tenant ${id} may have`;
  throw new ReckonError("permission-denied", message);
}

function allowedPriority({ id, caps }: Tenant, asked: Priority | undefined): Priority | undefined {
  const { maxPriority } = caps;
  if (maxPriority === undefined || ranks[asked ?? "normal"] <= ranks[maxPriority]) return asked;
  if (asked === undefined) return maxPriority;
  throw new ReckonError(
    "permission-denied",
    `options.priority: ${asked} is above ${maxPriority}, the highest that tenant ${id} may ask for`,
  );
}

function spent({ id }: Tenant, daily: DailyAccount): ReckonError {
  recordTenantRefused(id, "budget");
  const message = `tenant ${id} has spent its budget of this day; the next begins at midnight UTC`;
  return new ReckonError("resource-exhausted", message, { retryAfterMs: daily.untilTomorrowMs() });
}
