/** What the checker says: right (1), wrong (0), or nothing, and why. It never says a number in between. */
export type CheckResult =
  | { readonly score: 0 | 1; readonly abstention?: undefined }
  | { readonly score?: undefined; readonly abstention: string };

/** The verdict 1. */
export const right: CheckResult = { score: 1 };
/** The verdict 0. */
export const wrong: CheckResult = { score: 0 };

/** No verdict, with a reason for people. */
export function abstain(reason: string): CheckResult {
  return { abstention: reason };
}
