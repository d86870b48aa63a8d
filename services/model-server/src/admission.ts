/** Lets requests in while there is room for samples; the rest wait, by priority and then by arrival. */
export interface Admission {
  /** Resolves to what frees the place; rejects with the signal's reason. A lower `priority` goes first, as in vLLM. */
  enter(samples: number, priority: number, signal: AbortSignal): Promise<() => void>;
  readonly waiting: number;
}

interface Waiter {
  readonly samples: number;
  readonly priority: number;
  readonly enter: () => void;
}

/**
 * Creates an admission of `maxSamples` samples at once. A request enters while there is any room, so one with many samples
 * may go over the limit; the engine then queues them.
 */
export function createAdmission(maxSamples: number): Admission {
  const waiters: Waiter[] = [];
  let inside = 0;

  const next = (): void => {
    while (inside < maxSamples) {
      const waiter = waiters.shift();
      if (waiter === undefined) return;
      waiter.enter();
    }
  };
  const placeOf = (samples: number): (() => void) => {
    inside += samples;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      inside -= samples;
      next();
    };
  };
  return {
    get waiting() {
      return waiters.length;
    },
    enter(samples, priority, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (inside < maxSamples && waiters.length === 0) return Promise.resolve(placeOf(samples));
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(signal.reason);
        };
        const waiter: Waiter = {
          samples,
          priority,
          enter() {
            signal.removeEventListener("abort", leave);
            resolve(placeOf(samples));
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        const at = waiters.findIndex((other) => other.priority > priority);
        waiters.splice(at < 0 ? waiters.length : at, 0, waiter);
      });
    },
  };
}
