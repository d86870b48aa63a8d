/** Calls of one server: how many run now, and how many came since its start. */
export interface CallLog {
  readonly live: number;
  readonly total: number;
  /** Counts a call in; the function returned counts it out, once. */
  begin(): () => void;
  /** Resolves when no call runs. */
  idle(): Promise<void>;
}

/** A call log at zero. */
export function createCallLog(): CallLog {
  let live = 0;
  let total = 0;
  let waiters: (() => void)[] = [];
  return {
    get live() {
      return live;
    },
    get total() {
      return total;
    },
    begin() {
      live += 1;
      total += 1;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        live -= 1;
        if (live > 0) return;
        for (const wake of waiters) wake();
        waiters = [];
      };
    },
    idle: () => (live === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}
