import { createPriorityQueue, type PriorityQueueOptions, type WaitOptions } from "./priority-queue.ts";

/** How many may be inside, and how many may wait. */
export interface PriorityGateOptions extends PriorityQueueOptions {
  /** The most inside at once; read anew each time, so it may change. */
  readonly limit: () => number;
}

/** Lets a limited number in, the most urgent first. */
export interface PriorityGate {
  readonly inside: number;
  readonly waiting: number;
  /** Resolves with the function that leaves again. Rejects with the signal's reason, or `resource-exhausted` where it is full. */
  enter(options?: WaitOptions): Promise<() => void>;
  /** The limit has been raised. */
  refresh(): void;
}

/** An empty gate. */
export function createPriorityGate(options: PriorityGateOptions): PriorityGate {
  const queue = createPriorityQueue<() => void>(options);
  let inside = 0;
  const take = (): (() => void) | undefined => {
    if (inside >= options.limit()) return undefined;
    inside += 1;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      inside -= 1;
      queue.pump();
    };
  };
  return {
    get inside() {
      return inside;
    },
    get waiting() {
      return queue.depth;
    },
    enter: (wait) => queue.wait(take, wait),
    refresh: () => queue.pump(),
  };
}
