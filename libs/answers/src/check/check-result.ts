/** What the checker says: right (1), wrong (0), or nothing, and why. It never says a number in between. */
export type CheckResult =
  | { readonly score: 0 | 1; readonly abstention?: undefined }
  | { readonly score?: undefined; readonly abstention: string };

export const right: CheckResult = { score: 1 };
export const wrong: CheckResult = { score: 0 };

export function abstain(reason: string): CheckResult {
  return { abstention: reason };
}
