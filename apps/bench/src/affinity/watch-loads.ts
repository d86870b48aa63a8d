/** How evenly replicas were loaded over a while, each figure as a multiple of the mean over replicas. */
export interface Balance {
  /** The largest mean load of a replica. */
  readonly mean: number;
  /** The largest load of a replica in 99 of 100 moments. */
  readonly p99: number;
  /** Samples of all replicas in the mean moment. */
  readonly samples: number;
}

/** Looks at replicas now and then. */
export interface LoadWatch {
  stop(): Balance;
}

/** Watches loads every `everyMs`; moments with fewer than `least` samples in all are not counted, they cannot be even. */
export function watchLoads(loads: () => Promise<readonly number[]>, least: number, everyMs = 10): LoadWatch {
  const moments: (readonly number[])[] = [];
  const timer = setInterval(async () => {
    const now = await loads();
    if (sumOf(now) >= least) moments.push(now);
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      const totals = moments.reduce<number[]>((all, now) => now.map((load, i) => load + (all[i] ?? 0)), []);
      const ratios = moments.map(largestToMean).sort((a, b) => a - b);
      return {
        mean: largestToMean(totals),
        p99: ratios[Math.floor(0.99 * (ratios.length - 1))] ?? Number.NaN,
        samples: sumOf(totals) / moments.length,
      };
    },
  };
}

/** The largest of some loads as a multiple of their mean. */
export function largestToMean(loads: readonly number[]): number {
  return (Math.max(...loads) * loads.length) / sumOf(loads);
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
