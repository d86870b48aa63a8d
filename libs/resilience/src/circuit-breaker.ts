import type { BreakerState, Clock } from "@reckon/core";
import { CircuitState, ConsecutiveBreaker, type IBreaker } from "cockatiel";

/** How a breaker decides. */
export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Failures in a row that open it. Default 10. */
  readonly failures?: number;
  /** How long it stays open before it lets a probe through, in milliseconds. Default 60,000. */
  readonly recoveryMs?: number;
  /** Another rule than failures in a row, for example cockatiel's `CountBreaker`. */
  readonly rule?: IBreaker;
  /** Told of each change of state. */
  readonly onChange?: (state: BreakerState) => void;
}

/** Leave to make one call. The first of the three that is called counts, the others do nothing. */
export interface BreakerPass {
  succeed(): void;
  fail(): void;
  /** The call ended without saying anything of the peer: it was cancelled. */
  abandon(): void;
}

/** Keeps calls from a peer that fails. */
export interface CircuitBreaker {
  /** `open` turns into `half-open` when its time is over, also if nobody asks. */
  readonly state: BreakerState;
  /** Milliseconds until a call may pass; 0 where one may now. While a probe is out, it is not known: `undefined`. */
  waitMs(): number | undefined;
  /** Leave for a call, or `undefined` where the breaker is open or its probe is out. */
  tryEnter(): BreakerPass | undefined;
}

/**
 * A closed breaker. Failures in a row open it; after its recovery time it lets one probe through, whose success closes it and
 * whose failure opens it again (Nygard, "Release It!"). The counting is cockatiel's; its policy is not used, as it reads the
 * real time and wraps promises, where a stream succeeds with its first token and may be cancelled.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { clock, failures = 10, recoveryMs = 60_000, rule = new ConsecutiveBreaker(failures), onChange } = options;
  let announced: BreakerState = "closed";
  let openUntilMs: number | undefined;
  let probe: BreakerPass | undefined;

  const current = (): BreakerState => {
    if (openUntilMs === undefined) return "closed";
    return clock.nowMs() < openUntilMs ? "open" : "half-open";
  };
  const announce = (): BreakerState => {
    const state = current();
    if (state !== announced) {
      announced = state;
      onChange?.(state);
    }
    return state;
  };

  const open = () => {
    openUntilMs = clock.nowMs() + recoveryMs;
    announce();
  };
  const close = () => {
    openUntilMs = undefined;
    announce();
  };
  /** Calls that were let pass while it was closed still end while it is open; they say nothing new then. */
  const passOf = (isProbe: boolean): BreakerPass => {
    let settled = false;
    const settle = (fn: () => void) => {
      if (settled) return;
      settled = true;
      if (probe === pass) probe = undefined;
      fn();
    };
    const pass: BreakerPass = {
      succeed: () =>
        settle(() => {
          rule.success(isProbe ? CircuitState.HalfOpen : CircuitState.Closed);
          if (isProbe) close();
        }),
      fail: () =>
        settle(() => {
          const opens = rule.failure(isProbe ? CircuitState.HalfOpen : CircuitState.Closed);
          if (isProbe || (opens && openUntilMs === undefined)) open();
        }),
      abandon: () => settle(() => undefined),
    };
    return pass;
  };

  return {
    get state() {
      return announce();
    },
    waitMs() {
      const state = announce();
      if (state === "half-open") return probe === undefined ? 0 : undefined;
      return openUntilMs === undefined ? 0 : openUntilMs - clock.nowMs();
    },
    tryEnter() {
      const state = announce();
      if (state === "closed") return passOf(false);
      if (state === "open" || probe !== undefined) return undefined;
      probe = passOf(true);
      return probe;
    },
  };
}
