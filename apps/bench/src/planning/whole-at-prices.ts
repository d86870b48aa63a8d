import { type ModelProfile, PRICED_SAMPLES, pricedStop } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { runReplay } from "../replay/run-replay.ts";
import type { Records } from "../sample-record.ts";

/** P(right) for a thousand tokens: a sample of the embedded model has 80, so from a third of a point up to a hundredth of one. */
const PRICES = [4, 2, 1.4, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001];

/** What whole samples spend and reach at falling prices, by replay, problem by problem. */
export function wholeAtPrices(
  records: Records,
  how: { readonly window: number; readonly orders: number; readonly profile: ModelProfile },
  progress: (line: string) => void,
) {
  const shared = { samples: PRICED_SAMPLES, window: how.window, profile: how.profile } as const;
  return PRICES.map((tokenGain) => {
    progress(`whole samples at ${tokenGain}`);
    const plan = { ...shared, stopRule: pricedStop(tokenGain), selection: "weighted-vote", signs: "both" } as const;
    const replayed = runReplay(records.problems, plan, how.orders);
    const results = records.problems.map((_, place) => {
      const mine = replayed.slice(place * how.orders, (place + 1) * how.orders);
      return {
        outputTokens: mean(mine.map((one) => one.outputTokens)) ?? 0,
        right: mean(mine.map((one) => Number(one.correct))) ?? 0,
      };
    });
    return { way: { tokenGain }, results };
  });
}
