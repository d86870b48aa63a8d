/** A bounded number of places: who wants one waits for it, in the order of asking. */
export interface Places {
  /** Resolves with a place; rejects once `refuse` was called. */
  take(): Promise<void>;
  give(): void;
  /** Nobody gets a place any more. */
  refuse(reason: Error): void;
}

/** Creates places; `count` is read each time one is given, >= 1. */
export function createPlaces(count: () => number): Places {
  let taken = 0;
  let refusal: Error | undefined;
  const waiting: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  const admit = () => {
    while (taken < count() && waiting.length > 0) {
      taken += 1;
      waiting.shift()?.resolve();
    }
  };
  return {
    take: () =>
      new Promise((resolve, reject) => {
        if (refusal !== undefined) return reject(refusal);
        waiting.push({ resolve, reject });
        admit();
      }),
    give() {
      taken -= 1;
      admit();
    },
    refuse(reason) {
      refusal = reason;
      for (const { reject } of waiting.splice(0)) reject(reason);
    },
  };
}
