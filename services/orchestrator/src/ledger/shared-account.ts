import {
  addLedgers,
  emptyLedger,
  type LedgerCaps,
  type LedgerSnapshot,
  outputTokensOf,
  totalTokensOf,
} from "@reckon/core";

/** What was taken out of an account for one request: its hard limits there. */
export type Part = LedgerCaps;

/**
 * One account that several requests live on, such as that of a batch. Each takes a part of what is left before it begins, and
 * gives back what it did not use; what all of them hold and have spent together is never more than the account's caps.
 */
export interface SharedAccount {
  /** Takes an even share of what nobody holds among the `takers` that may begin now. A cap of 0 in it: nothing is left. */
  take(takers: number): Part;
  /** A request has ended: what it held is free again but for what it spent. */
  settle(taken: Part, spent: LedgerSnapshot): void;
  /** All that was spent so far, with the caps. */
  readonly total: LedgerSnapshot;
}

/** Whether nothing can be begun on a part. */
export function isDry(part: Part): boolean {
  return [part.maxCalls, part.maxOutputTokens, part.maxTotalTokens, part.maxCostUsd].some((cap) => cap === 0);
}

const spentOf = {
  maxCalls: (ledger: LedgerSnapshot) => ledger.calls,
  maxOutputTokens: outputTokensOf,
  maxTotalTokens: totalTokensOf,
  maxCostUsd: (ledger: LedgerSnapshot) => ledger.costUsd ?? 0,
} as const;

type Currency = keyof typeof spentOf;
const currencies = Object.keys(spentOf) as Currency[];

/** An account with hard limits on what all its requests spend together; wall time is not shared and stays with each request. */
export function createSharedAccount(caps: LedgerCaps): SharedAccount {
  let total = emptyLedger(caps);
  const held: Record<Currency, number> = { maxCalls: 0, maxOutputTokens: 0, maxTotalTokens: 0, maxCostUsd: 0 };
  return {
    get total() {
      return total;
    },
    take(takers) {
      const part: Partial<Record<Currency, number>> = {};
      for (const currency of currencies) {
        const cap = caps[currency];
        if (cap === undefined) continue;
        const free = Math.max(0, cap - spentOf[currency](total) - held[currency]) / Math.max(1, takers);
        const share = currency === "maxCostUsd" ? free : Math.floor(free);
        held[currency] += share;
        part[currency] = share;
      }
      return part;
    },
    settle(taken, spent) {
      for (const currency of currencies) held[currency] -= taken[currency] ?? 0;
      total = addLedgers(total, spent);
    },
  };
}
