import { addLedgers, emptyLedger, type LedgerSnapshot, outputTokensOf } from "@reckon/core";

/** The one ledger of a batch. Problems take a part of what is left before they begin, and give back what they did not use. */
export interface BatchLedger {
  /**
   * Takes a part for one problem: an even share of what nobody holds among the `takers` that may begin now. `undefined`
   * where there is no limit, 0 where it is spent.
   */
  take(takers: number): number | undefined;
  /** A problem has ended: what it held is free again but for what it spent. */
  settle(taken: number | undefined, spent: LedgerSnapshot): void;
  /** All that was spent so far. */
  readonly total: LedgerSnapshot;
}

/** A ledger with a limit on output tokens, or with none. */
export function createBatchLedger(maxOutputTokens: number | undefined): BatchLedger {
  let total = emptyLedger(maxOutputTokens);
  let held = 0;
  return {
    get total() {
      return total;
    },
    take(takers) {
      if (maxOutputTokens === undefined) return undefined;
      const free = Math.max(0, maxOutputTokens - outputTokensOf(total) - held);
      const part = Math.floor(free / Math.max(1, takers));
      held += part;
      return part;
    },
    settle(taken, spent) {
      held -= taken ?? 0;
      total = addLedgers(total, spent);
    },
  };
}
