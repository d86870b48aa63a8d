import { ReckonError } from "./reckon-error.ts";

/**
 * Why a timer's signal aborts that nobody needs any more. Made once: an abort without a reason makes an error with a stack
 * trace each time, and that costs more than the timer.
 */
export const notNeeded = new ReckonError("cancelled", "the timer is not needed any more");

/** The passing of time, so that tests can fake it. */
export interface Clock {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
