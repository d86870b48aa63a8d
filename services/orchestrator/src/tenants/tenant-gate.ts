import {
  type Clock,
  emptyLedger,
  type LedgerCaps,
  type LedgerSnapshot,
  type PlanOverrides,
  type Priority,
  ReckonError,
  type Tenant,
  tightestCaps,
} from "@reckon/core";
import type { MeterRefusal, TenantMeter } from "@reckon/store";
import { recordTenantRefused } from "@reckon/telemetry";

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

const ranks: Readonly<Record<Priority, number>> = { low: 0, normal: 1, high: 2 };
// Other replicas do not say when a solve of theirs has ended.
const lookAgainMs = 250;

/** A gate over a meter; a tenant without limits over time is not metered. */
export function createTenantGate(meter: TenantMeter, clock: Clock): TenantGate {
  const waiting = new Set<() => void>();
  return {
    async enter(tenant, { overrides, wait, signal }) {
      const { caps } = tenant;
      const priority = allowedPriority(tenant, overrides.priority);
      assertSamples(tenant, overrides.samples);
      const limits = { maxSamples: caps.maxSamples, priority };
      if (!isMetered(tenant)) return { ...limits, caps: tightestCaps(caps.perRequest), leave: () => undefined };

      const own = tightestCaps(caps.perRequest, overrides);
      let answer = await meter.enter(tenant, own);
      while (answer.type === "refused") {
        if (!wait || answer.why === "budget") throw refused(tenant, answer);
        const delayMs = answer.why === "concurrency" ? lookAgainMs : answer.retryAfterMs;
        await nextLeave(waiting, clock, delayMs, signal);
        answer = await meter.enter(tenant, own);
      }
      const { held, leave } = answer;
      if (signal.aborted) {
        leave(emptyLedger());
        throw gone();
      }
      let inside = true;
      return {
        ...limits,
        caps: tightestCaps(caps.perRequest, held),
        leave(spent) {
          if (!inside) return;
          inside = false;
          leave(spent);
          for (const wake of [...waiting]) wake();
        },
      };
    },
  };
}

function isMetered({ caps }: Tenant): boolean {
  return caps.maxConcurrent !== undefined || caps.solvesPerMinute !== undefined || caps.daily !== undefined;
}

/** Resolves when a solve of this process has ended, or after a while. */
async function nextLeave(waiting: Set<() => void>, clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const wake = () => woken.abort();
  waiting.add(wake);
  signal.addEventListener("abort", wake, { once: true });
  if (signal.aborted) wake();
  try {
    await clock.sleep(delayMs, woken.signal);
  } catch {
    // Woken before the time was up.
  } finally {
    waiting.delete(wake);
    signal.removeEventListener("abort", wake);
  }
  if (signal.aborted) throw gone();
}

function gone(): ReckonError {
  return new ReckonError("cancelled", "the request ended while it waited for its turn");
}

function refused({ id, caps }: Tenant, { why, retryAfterMs }: MeterRefusal): ReckonError {
  recordTenantRefused(id, why);
  const sentences = {
    concurrency: `has ${caps.maxConcurrent} solves running, which is its limit`,
    rate: `has begun ${caps.solvesPerMinute} solves within a minute, which is its limit`,
    budget: "has spent its budget of this day; the next begins at midnight UTC",
  } as const;
  return new ReckonError("resource-exhausted", `tenant ${id} ${sentences[why]}`, { retryAfterMs });
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
