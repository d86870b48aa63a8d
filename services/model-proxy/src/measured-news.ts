import {
  type Logger,
  recordAttempt,
  recordBreakerChange,
  recordCacheAsked,
  recordDetour,
  recordFirstToken,
  recordSteps,
} from "@reckon/telemetry";
import type { RoutingNews } from "./routing/index.ts";

/** Makes metrics of what routing does, and log lines of what an operator should look at: breakers and fallbacks. */
export function measuredNews(logger: Logger): RoutingNews {
  return {
    breakerChanged(pool, replica, state) {
      recordBreakerChange(pool, replica, state);
      const line = { pool, replica, state };
      if (state === "open") logger.warn(line, "circuit breaker opened: the replica is left alone");
      else logger.info(line, `circuit breaker is ${state}`);
    },
    attemptEnded: recordAttempt,
    firstToken: recordFirstToken,
    spilled: (pool) => recordDetour("spill", pool),
    fellBack(from, to, why) {
      recordDetour("fallback", from);
      logger.warn({ from, to, why }, "fallback to another pool");
    },
    steps: recordSteps,
    cacheAsked: recordCacheAsked,
  };
}
