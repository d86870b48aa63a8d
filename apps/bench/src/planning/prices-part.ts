import {
  bandOf,
  type CurveBand,
  curvesOf,
  PRICED_SAMPLES,
  type PricePoint,
  pricedStop,
  profileOf,
} from "@reckon/planning";
import { mean } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Part } from "../part.ts";
import { loadRecords, recordFlags } from "../records.ts";
import { type Replayed, runReplay } from "../replay/run-replay.ts";
import { curvesFileOf, readCurvesFile, writeCurves } from "./curves-file.ts";
import { difficultyOf } from "./fit-curves.ts";

/** P(right) for a thousand tokens: a sample of the embedded model has 80, so from a third of a point up to a hundredth of one. */
const PRICES = [4, 2, 1.4, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001];

/** Learns what the embedded model spends and reaches where it stops at a price, on validation problems; never on test problems. */
export const pricesPart: Part = {
  name: "prices",
  summary: "learns what stopping at a price spends and reaches, on validation problems; --write keeps it",
  flags: {
    ...recordFlags,
    write: { type: "boolean" },
    curves: { type: "string" },
    orders: { type: "string" },
    window: { type: "string" },
  },
  async run(flags, progress) {
    const asked = { samples: String(PRICED_SAMPLES), ...flags };
    const records = await loadRecords(asked, { split: "validation", problems: 200, reuse: true }, progress);
    const orders = integerFlag(flags, "orders", 2, 1, 100);
    const window = integerFlag(flags, "window", 8, 1, 256);
    const { model } = records.origin;
    const file = curvesFileOf(flags);
    const curves = curvesOf(model, readCurvesFile(file));
    if (curves === undefined) throw new Error(`there are no curves of ${model}: npm run bench -- curves --write`);
    const shared = { samples: PRICED_SAMPLES, window, profile: profileOf(model) } as const;
    const runs = PRICES.map((tokenGain) => {
      progress(`at ${tokenGain}`);
      const plan = { ...shared, stopRule: pricedStop(tokenGain), selection: "weighted-vote", signs: "both" } as const;
      return runReplay(records.problems, plan, orders);
    });
    const pointOf = (tokenGain: number, some: readonly Replayed[]): PricePoint => ({
      tokenGain,
      outputTokens: mean(some.map((one) => one.outputTokens)) ?? 0,
      accuracy: mean(some.map((one) => Number(one.correct))) ?? 0,
    });
    const bandsOf = new Map(
      records.problems.map((problem) => [problem, bandOf(curves, difficultyOf(problem).score)] as const),
    );
    const bands = curves.bands.map(
      (band): CurveBand => ({
        ...band,
        prices: PRICES.map((tokenGain, i) => {
          const mine = (runs[i] ?? []).filter(({ problem }) => bandsOf.get(problem) === band);
          return pointOf(tokenGain, mine);
        }),
      }),
    );
    if (flags.write === true) writeCurves(file, model, { ...curves, bands });
    const one = mean(records.problems.flatMap(({ samples }) => samples.map(({ tokens }) => tokens))) ?? 1;
    const { problems, samples, seed } = records.origin;
    return {
      title: `Stopping at a price, ${model}`,
      notes: [
        `${problems} validation problems (seed ${seed}), ${samples} samples each in ${orders} orders, at most ${PRICED_SAMPLES} of them, ${window} at once`,
        "price: P(right) that a thousand output tokens have to add; spent: mean output tokens, in samples",
      ],
      tables: [
        {
          caption: "What a price spends and reaches",
          columns: ["price", "spent", "right"],
          rows: PRICES.map((price, i) => {
            const { outputTokens, accuracy } = pointOf(price, runs[i] ?? []);
            return [String(price), decimal(outputTokens / one), percent(accuracy)];
          }),
        },
      ],
      figures: { bands: bands.map(({ upTo, prices }) => ({ upTo, prices })) },
    };
  },
};
