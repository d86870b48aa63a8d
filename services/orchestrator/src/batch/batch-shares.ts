import type { LedgerCaps, LedgerSnapshot } from "@reckon/core";
import { type Budget, budgetsOf, type PlanOption, spentOf } from "@reckon/planning";
import type { Part, SharedAccount } from "../ledger/shared-account.ts";
import type { BatchPrices } from "./batch-prices.ts";
import { createGainShares } from "./gain-shares.ts";
import { createPricedShares } from "./priced-shares.ts";

/** What a problem of a batch may spend. */
export interface Share {
  readonly part: Part;
  /** N at most; `undefined`: as its plan has it. */
  readonly maxSamples: number | undefined;
  /** P(right) that a thousand output tokens have to add; `undefined`: as its plan has it. */
  readonly tokenGain: number | undefined;
  /** Why, in a sentence; `undefined` where nothing was decided. */
  readonly reason: string | undefined;
}

/** How one account is divided among the problems of a batch. */
export interface BatchShares {
  /** Places of the problems, in the order in which they should begin. */
  readonly order: readonly number[];
  /** The share of a problem that begins now; each problem once. */
  take(place: number): Share;
  /** A problem that had taken its share has ended. */
  settle(place: number, share: Share, spent: LedgerSnapshot): void;
}

/** How a batch runs. */
export interface BatchFacts {
  /** Prices that all its problems may go by. Default: they may not. */
  readonly prices?: BatchPrices | undefined;
  /** Problems that run at once. Default 1. */
  readonly maxParallel?: number;
}

/**
 * Shares of an account that is short of what its problems could use: by one price where all of them may go by it (`createPricedShares`), since votes tell more
 * than texts do; else in advance (`createGainShares`). The account is never overdrawn: what a problem holds is taken out of it. `undefined` where
 * the caps pay for all that anybody could use: nothing is to be divided.
 */
export function createBatchShares(
  prospects: readonly (readonly PlanOption[])[],
  caps: LedgerCaps,
  ledger: SharedAccount,
  { prices, maxParallel = 1 }: BatchFacts = {},
): BatchShares | undefined {
  const scarce = scarcest(prospects, caps);
  if (scarce === undefined) return undefined;
  const problems = prospects.length;
  const priced = prices && createPricedShares({ problems, prices, budget: scarce, ledger, maxParallel });
  return priced ?? createGainShares(prospects, scarce, ledger);
}

/** The budget that falls shortest of what all problems together could use. */
function scarcest(prospects: readonly (readonly PlanOption[])[], caps: LedgerCaps): Budget | undefined {
  const strain = ({ unit, amount }: Budget) =>
    prospects.reduce((sum, options) => sum + Math.max(0, ...options.map(({ cost }) => spentOf(cost, unit) ?? 0)), 0) /
    amount;
  const [first] = budgetsOf(caps).sort((a, b) => strain(b) - strain(a));
  return first !== undefined && strain(first) > 1 ? first : undefined;
}
