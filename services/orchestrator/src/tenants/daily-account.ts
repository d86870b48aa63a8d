import { emptyLedger, type LedgerCaps, type LedgerSnapshot, tightestCaps } from "@reckon/core";
import { createSharedAccount, isDry, type Part, type SharedAccount } from "../ledger/shared-account.ts";

/** What a tenant may spend within a UTC day, over all its requests. */
export interface DailyAccount {
  /**
   * Sets aside what one request may spend: an even share of what is free among the `takers` that may begin now, never more
   * than `caps`. `undefined`: nothing is left today. The request gives back, once, what it did not spend, also after midnight.
   */
  take(caps: LedgerCaps, takers: number): Reserved | undefined;
  /** Milliseconds until the next day. */
  untilTomorrowMs(): number;
}

/** What was set aside for one request. */
export interface Reserved {
  readonly caps: LedgerCaps;
  settle(spent: LedgerSnapshot): void;
}

const dayMs = 86_400_000;

/** An account that begins anew every UTC midnight. `nowMs`: milliseconds since 1970. */
export function createDailyAccount(daily: LedgerCaps, nowMs: () => number = Date.now): DailyAccount {
  let day = Number.NaN;
  let account: SharedAccount = createSharedAccount(daily);
  const today = () => {
    const now = Math.floor(nowMs() / dayMs);
    if (now !== day) account = createSharedAccount(daily);
    day = now;
    return account;
  };
  return {
    take(caps, takers) {
      const from = today();
      const share = takeShare(from, takers) ?? takeShare(from, 1);
      if (share === undefined) return undefined;
      // What this request could not spend anyway is left for others.
      const held = tightestCaps(share, caps);
      const rest = (["maxCalls", "maxOutputTokens", "maxTotalTokens", "maxCostUsd"] as const).flatMap((key) =>
        share[key] === undefined ? [] : [[key, share[key] - (held[key] ?? 0)] as const],
      );
      from.settle(Object.fromEntries(rest), emptyLedger());
      const mine = Object.fromEntries(rest.map(([key]) => [key, held[key]])) as Part;
      return { caps: mine, settle: (spent) => from.settle(mine, spent) };
    },
    untilTomorrowMs: () => dayMs - (nowMs() % dayMs),
  };
}

function takeShare(account: SharedAccount, takers: number): Part | undefined {
  const part = account.take(takers);
  if (!isDry(part)) return part;
  account.settle(part, emptyLedger());
  return undefined;
}
