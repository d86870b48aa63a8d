import type { Span } from "@opentelemetry/api";
import type { Clock, Outcome, Plan, SolveEvent } from "@reckon/core";
import { createSilence } from "./silence.ts";
import { describeOutcomeOn, type SolveMetrics } from "./solve-metrics.ts";

/** What watching a solve needs. */
export interface SolveObserverOptions {
  readonly span: Span;
  readonly metrics: SolveMetrics;
  readonly clock: Clock;
  readonly arrivedAtMs: number;
  readonly plan: Plan;
  /** What was degraded before thinking began, a sentence each. */
  readonly degradations: readonly string[];
  /** Told of the end, with the plan as it then stood. */
  readonly onEnd?: (plan: Plan, outcome: Outcome) => void;
}

/** Watches the events of one solve go by, and completes its outcome. */
export interface SolveObserver {
  /** Counts and remembers. */
  event(event: SolveEvent): void;
  /** The outcome with its time since the request's arrival and all that was degraded; written on the span and counted. */
  complete(outcome: Outcome): Outcome;
}

/** An observer of a solve that begins. */
export function observeSolve(options: SolveObserverOptions): SolveObserver {
  const { span, metrics, clock, arrivedAtMs } = options;
  const silence = createSilence();
  const elapsedMs = () => clock.nowMs() - arrivedAtMs;
  let { plan } = options;
  let thought = false;
  return {
    event(event) {
      if (event.type === "thought-delta" && !thought) {
        thought = true;
        metrics.firstThought(elapsedMs());
      }
      if (event.type === "sample-started") metrics.sampleStarted();
      if (event.type === "sample-ended") metrics.sampleEnded(event.reason);
      if (event.type === "step-scored") silence.hear(event.verdicts);
      if (event.type === "plan-changed") {
        metrics.planChanged(event.reason);
        plan = event.plan;
      }
    },
    complete(outcome) {
      const said = silence.sentence();
      const more = [...options.degradations, ...(said === undefined ? [] : [said])];
      const whole = { ...outcome, latencyMs: elapsedMs(), degradations: [...more, ...outcome.degradations] };
      describeOutcomeOn(span, whole);
      metrics.ended(plan, whole);
      options.onEnd?.(plan, whole);
      return whole;
    },
  };
}
