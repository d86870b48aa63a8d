import { ReckonError } from "@reckon/core";

/** How long a queue may become, and what those are told who do not fit. */
export interface PriorityQueueOptions {
  /** What waits, for messages: "samples of pool a". */
  readonly what: string;
  /** The most that wait. Default 100. */
  readonly maxDepth?: number;
  /** How long those who are refused should stay away, in milliseconds. Default 1,000. */
  readonly retryAfterMs?: () => number;
}

/** Who waits, and for how long. */
export interface WaitOptions {
  /** More is more urgent. Default 0. */
  readonly priority?: number;
  readonly signal?: AbortSignal;
  /** True for one that may fail where others behind it would not; it does not hold them up. Default false. */
  readonly isPicky?: boolean;
}

/** Waits for something that may be there later, the most urgent first, then the oldest. */
export interface PriorityQueue<T> {
  readonly depth: number;
  /**
   * What `take` gives as soon as it gives something. It is asked at once where nobody as urgent waits, then with every `pump`.
   * Rejects with the signal's reason, and with `resource-exhausted` where the queue is full of what is as urgent or more.
   */
  wait(take: () => T | undefined, options?: WaitOptions): Promise<T>;
  /** Something may be there now: asks those who wait in their order. */
  pump(): void;
}

interface Waiter {
  readonly isPicky: boolean;
  /** True where it got what it waits for. */
  tryTake(): boolean;
  shed(): void;
}

/** An empty queue. Where it is full, whoever comes pushes out the youngest of the least urgent, if that is less urgent. */
export function createPriorityQueue<T>(options: PriorityQueueOptions): PriorityQueue<T> {
  const { what, maxDepth = 100, retryAfterMs = () => 1_000 } = options;
  const levels = new Map<number, Set<Waiter>>();
  let depth = 0;

  const urgencies = () => [...levels.keys()].sort((a, b) => b - a);
  const refusal = (priority: number) =>
    new ReckonError(
      "resource-exhausted",
      `${depth} ${what} wait already, the limit is ${maxDepth} (priority ${priority})`,
      {
        retryAfterMs: retryAfterMs(),
      },
    );

  const remove = (priority: number, waiter: Waiter) => {
    const level = levels.get(priority);
    if (level?.delete(waiter) !== true) return;
    depth -= 1;
    if (level.size === 0) levels.delete(priority);
  };

  const shedBelow = (priority: number): boolean => {
    const lowest = urgencies().at(-1);
    if (lowest === undefined || lowest >= priority) return false;
    [...(levels.get(lowest) as Set<Waiter>)].at(-1)?.shed();
    return true;
  };

  return {
    get depth() {
      return depth;
    },
    wait(take, { priority = 0, signal, isPicky = false } = {}) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (!urgencies().some((urgency) => urgency >= priority)) {
        const taken = take();
        if (taken !== undefined) return Promise.resolve(taken);
      }
      if (depth >= maxDepth && !shedBelow(priority)) return Promise.reject(refusal(priority));
      return new Promise<T>((resolve, reject) => {
        const leave = () => {
          remove(priority, waiter);
          signal?.removeEventListener("abort", onAbort);
        };
        const onAbort = () => {
          leave();
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          isPicky,
          tryTake: () => {
            const taken = take();
            if (taken === undefined) return false;
            leave();
            resolve(taken);
            return true;
          },
          shed: () => {
            const error = refusal(priority);
            leave();
            reject(error);
          },
        };
        const level = levels.get(priority) ?? new Set();
        levels.set(priority, level.add(waiter));
        depth += 1;
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    pump() {
      for (const urgency of urgencies()) {
        for (const waiter of levels.get(urgency) ?? []) {
          if (!waiter.tryTake() && !waiter.isPicky) return;
        }
      }
    },
  };
}
