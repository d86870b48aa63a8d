import { type LedgerSnapshot, outputTokensOf, totalTokensOf } from "@reckon/core";
import type { Budget } from "@reckon/planning";
import type { Part } from "../ledger/shared-account.ts";

/**
 * A problem holds more than it is expected to spend, since chains may be longer than the average; what it leaves goes back. The account is never
 * overdrawn: what is held is taken out of it.
 */
export const SLACK = 1.5;

/** The part of what is free that a problem holds which is to have `share` of it, up to `reach` times as much; others keep half of theirs at least. */
export function heldFor(share: number, reach: number): number {
  return Math.min(share * reach, (1 + share) / 2);
}

/** What a part of an account may spend in a unit; `undefined` where it has no limit on it. */
export function heldOf(part: Part, unit: Budget["unit"]): number | undefined {
  const { maxOutputTokens, maxTotalTokens, maxCostUsd, maxCalls } = part;
  return {
    "output-tokens": maxOutputTokens,
    "total-tokens": maxTotalTokens,
    usd: maxCostUsd,
    calls: maxCalls,
    seconds: undefined,
  }[unit];
}

/** What was spent in a unit. */
export function spentIn(ledger: LedgerSnapshot, unit: Budget["unit"]): number {
  if (unit === "output-tokens") return outputTokensOf(ledger);
  if (unit === "total-tokens") return totalTokensOf(ledger);
  return unit === "usd" ? (ledger.costUsd ?? 0) : ledger.calls;
}
