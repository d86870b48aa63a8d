import type { Clock, Plan } from "@reckon/core";
import type { Timers } from "./timers.ts";

/** When a solve must have its answer. */
export interface Deadline {
  /** Milliseconds left of the plan's own time and of the request's, whichever is less; >= 0. */
  msLeft(plan: Plan): number;
  /** Sets the timer that ends thinking: a little before the deadline, at most a tenth of what is left. */
  arm(plan: Plan): void;
}

/** Creates the deadline of a solve that begins now. */
export function createDeadline(clock: Clock, timers: Timers, deadlineAtMs: number, marginMs: number): Deadline {
  const startedAtMs = clock.nowMs();
  const msLeft = (plan: Plan) => Math.max(0, Math.min(deadlineAtMs, startedAtMs + plan.timeoutMs) - clock.nowMs());
  return {
    msLeft,
    arm(plan) {
      const left = msLeft(plan);
      timers.set("deadline", left - Math.min(marginMs, left / 10));
    },
  };
}
