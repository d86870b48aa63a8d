import { type Backend, type Clock, notNeeded, type Priority, ReckonError } from "@reckon/core";
import type { Pressure } from "@reckon/planning";
import { createPriorityGate } from "@reckon/resilience";
import { createBacklogWatch } from "./backlog-watch.ts";
import { pressureOf } from "./pressure-of.ts";

/** How many are let in. */
export interface AdmissionSettings {
  /** Solves that think at once. */
  readonly maxSolves: number;
  /** Solves that wait. */
  readonly maxQueueDepth: number;
  /** Whether plans give way under pressure. */
  readonly degrade: boolean;
}

/** Defaults, as those of the configuration. */
export const defaultAdmissionSettings: AdmissionSettings = { maxSolves: 1_024, maxQueueDepth: 100, degrade: true };

/** A solve that wants to begin. */
export interface AdmissionRequest {
  readonly priority: Priority;
  /** Its reason, `cancelled` or `draining`, ends the waiting. */
  readonly signal: AbortSignal;
  /** On the clock's scale; `Infinity` for none. */
  readonly deadlineAtMs: number;
  /** Waits where the queue is full, as problems of a batch do; else it is refused. */
  readonly patient: boolean;
}

/** Lets solves begin, the most urgent first, and says how hard it is to serve them all. */
export interface Admission {
  readonly thinking: number;
  readonly waiting: number;
  /**
   * Resolves once the solve may begin, with the function that says it has ended. Throws `resource-exhausted`, with the time
   * after which to try again, where too many as urgent wait or a more urgent one came; `deadline-exceeded` and `cancelled`
   * (`unavailable` where the server drains) for what happens while it waits.
   */
  enter(request: AdmissionRequest): Promise<() => void>;
  pressure(priority: Priority): Pressure;
  close(): void;
}

/** A priority as the router, and vLLM behind it, count it. */
export const urgencies: Readonly<Record<Priority, number>> = { low: -5, normal: 0, high: 5 };

// Until the first solve has ended, nobody knows how long one takes.
const usualSolveMs = 1_000;
const leastRetryMs = 100;
const mostRetryMs = 30_000;

/** Creates the admission of one orchestrator. */
export function createAdmission(settings: AdmissionSettings, clock: Clock, backend: Pick<Backend, "load">): Admission {
  const { maxSolves, maxQueueDepth } = settings;
  let meanSolveMs = usualSolveMs;
  const watch = createBacklogWatch(backend, clock);
  const retryAfterMs = () => {
    const turns = (gate.waiting + 1) / maxSolves;
    return Math.round(Math.min(mostRetryMs, Math.max(leastRetryMs, turns * meanSolveMs)));
  };
  const gate = createPriorityGate({ what: "solves", limit: () => maxSolves, maxDepth: maxQueueDepth, retryAfterMs });

  async function wait(priority: number, signal: AbortSignal, patient: boolean): Promise<() => void> {
    for (;;) {
      try {
        return await gate.enter({ priority, signal });
      } catch (thrown) {
        const isFull = thrown instanceof ReckonError && thrown.code === "resource-exhausted";
        if (!patient || !isFull) throw thrown;
        await clock.sleep(retryAfterMs(), signal);
      }
    }
  }

  return {
    get thinking() {
      return gate.inside;
    },
    get waiting() {
      return gate.waiting;
    },
    async enter({ priority, signal, deadlineAtMs, patient }) {
      const leave = await waitUntil(clock, { signal, deadlineAtMs }, (until) =>
        wait(urgencies[priority], until, patient),
      );
      if (settings.degrade) watch.start();
      const startedAtMs = clock.nowMs();
      let hasLeft = false;
      return () => {
        if (hasLeft) return;
        hasLeft = true;
        meanSolveMs += (clock.nowMs() - startedAtMs - meanSolveMs) / 16;
        leave();
        if (gate.inside === 0) watch.stop();
      };
    },
    pressure(priority) {
      if (!settings.degrade) return "none";
      const signs = {
        waiting: gate.waiting,
        maxWaiting: maxQueueDepth,
        maxThinking: maxSolves,
        backlog: watch.backlog,
      };
      return pressureOf(signs, priority);
    },
    close: () => watch.stop(),
  };
}

/** Waits for something, no longer than a deadline and a signal allow; what they end it with is said in an error. */
async function waitUntil<T>(
  clock: Clock,
  { signal, deadlineAtMs }: Pick<AdmissionRequest, "signal" | "deadlineAtMs">,
  start: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  if (Number.isFinite(deadlineAtMs)) {
    clock.sleep(Math.max(0, deadlineAtMs - clock.nowMs()), done.signal).then(
      () => late.abort(),
      () => undefined, // It began in time.
    );
  }
  try {
    return await start(AbortSignal.any([signal, late.signal]));
  } catch (thrown) {
    if (thrown instanceof ReckonError) throw thrown;
    if (signal.reason === "draining")
      throw new ReckonError("unavailable", "the server is draining: nothing new begins");
    if (signal.aborted) throw new ReckonError("cancelled", "cancelled before its turn came");
    throw new ReckonError(
      "deadline-exceeded",
      "the deadline passed before its turn came: too many solves are thinking",
    );
  } finally {
    done.abort(notNeeded);
  }
}
