/** A bounded number of places; whoever comes when all are taken waits for one, first come first served. */
export interface Slots {
  /** Resolves with a function that gives the place back; rejects with the signal's reason when it aborts first. */
  acquire(signal: AbortSignal): Promise<() => void>;
  readonly taken: number;
  readonly waiting: number;
}

/** Makes `count` places (>= 1). */
export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let taken = 0;

  const releaseOnce = () => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const [next] = waiting;
      // The place passes on to the next one without becoming free in between.
      if (next === undefined) taken -= 1;
      else next();
    };
  };

  return {
    get taken() {
      return taken;
    },
    get waiting() {
      return waiting.size;
    },
    acquire: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (taken < count) {
          taken += 1;
          return resolve(releaseOnce());
        }
        const onAbort = () => {
          waiting.delete(grant);
          reject(signal.reason);
        };
        const grant = () => {
          waiting.delete(grant);
          signal.removeEventListener("abort", onAbort);
          resolve(releaseOnce());
        };
        waiting.add(grant);
        signal.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
