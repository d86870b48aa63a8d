import { type AsyncQueue, type Clock, notNeeded } from "@reckon/core";
import type { Mail, TimerName } from "./mail.ts";

/** Timers of one solve; each posts `timer` mail when its time has come. */
export interface Timers {
  /** Sets, or sets anew, the timer of this name (and sample). `Infinity` clears it. */
  set(name: TimerName, ms: number, sample?: number): void;
  clear(name: TimerName, sample?: number): void;
  clearAll(): void;
}

/** Creates timers on a clock. */
export function createTimers(clock: Clock, mail: AsyncQueue<Mail>): Timers {
  const running = new Map<string, AbortController>();
  const keyOf = (name: TimerName, sample?: number) => (sample === undefined ? name : `${name} ${sample}`);
  const clear = (name: TimerName, sample?: number) => {
    running.get(keyOf(name, sample))?.abort(notNeeded);
    running.delete(keyOf(name, sample));
  };
  return {
    clear,
    set(name, ms, sample) {
      clear(name, sample);
      if (ms === Number.POSITIVE_INFINITY) return;
      const timer = new AbortController();
      running.set(keyOf(name, sample), timer);
      clock.sleep(Math.max(0, ms), timer.signal).then(
        () => mail.push({ type: "timer", name, sample }),
        () => undefined, // Cleared: what it was to watch has happened.
      );
    },
    clearAll() {
      for (const timer of running.values()) timer.abort(notNeeded);
      running.clear();
    },
  };
}
