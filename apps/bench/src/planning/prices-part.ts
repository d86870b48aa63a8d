import { bandOf, type CurveBand, curvesOf, PRICED_SAMPLES, profileOf } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import { draftedCase } from "../methods/method-cases.ts";
import { readRuns, runsOf } from "../methods/run-file.ts";
import type { Part } from "../part.ts";
import { loadRecords, recordFlags } from "../records.ts";
import type { Records } from "../sample-record.ts";
import { curvesFileOf, readCurvesFile, writeCurves } from "./curves-file.ts";
import { difficultyOf } from "./fit-curves.ts";
import { averageOf, type PricedResults, pricedWays } from "./priced-ways.ts";
import type { WayRuns } from "./ways-part.ts";
import { wholeAtPrices } from "./whole-at-prices.ts";

/** Learns what the embedded model does, spends and reaches at a price, on validation problems; never on test problems. */
export const pricesPart: Part = {
  name: "prices",
  summary: "learns what is worth most at a price, what it spends and reaches, on validation problems; --write keeps it",
  flags: {
    ...recordFlags,
    write: { type: "boolean" },
    curves: { type: "string" },
    orders: { type: "string" },
    window: { type: "string" },
    ways: { type: "string" },
  },
  async run(flags, progress) {
    const asked = { samples: String(PRICED_SAMPLES), ...flags };
    const records = await loadRecords(asked, { split: "validation", problems: 200, reuse: true }, progress);
    const orders = integerFlag(flags, "orders", 2, 1, 100);
    const window = integerFlag(flags, "window", 8, 1, 256);
    const { model, problems: count, samples, seed } = records.origin;
    const file = curvesFileOf(flags);
    const curves = curvesOf(model, readCurvesFile(file));
    if (curves === undefined) throw new Error(`there are no curves of ${model}: npm run bench -- curves --write`);
    const whole = wholeAtPrices(records, { window, orders, profile: profileOf(model) }, progress);
    const searches =
      typeof flags.ways === "string" ? readRuns<WayRuns>(flags.ways).map((way) => resultsOf(way, records)) : [];
    const priced = pricedWays(whole, searches);
    const bandOfProblem = records.problems.map((problem) => bandOf(curves, difficultyOf(problem).score));
    const bands = curves.bands.map(
      (band): CurveBand => ({
        ...band,
        prices: priced.map((way) => ({
          tokenGain: way.tokenGain,
          ...expectedOf(way, (i) => bandOfProblem[i] === band),
        })),
      }),
    );
    const ways = priced.flatMap(({ way, tokenGain }) => ("method" in way ? [{ tokenGain, search: way }] : []));
    if (flags.write === true) writeCurves(file, model, { ...curves, bands, ways });
    const one = mean(records.problems.flatMap(({ samples }) => samples.map(({ tokens }) => tokens))) ?? 1;
    const rowOf = (price: string, each: Pick<PricedResults, "way" | "results">) => {
      const { outputTokens, right } = averageOf(each.results);
      return [price, nameOf(each.way), decimal(outputTokens / one), percent(right)];
    };
    const columns = ["price", "way", "spent", "right"];
    return {
      title: `What is worth most at a price, ${model}`,
      notes: [
        `${count} validation problems (seed ${seed}); whole samples by replay of ${samples} each in ${orders} orders, at most ${PRICED_SAMPLES} of them, ${window} at once; searches as they were solved`,
        "price: P(right) that a thousand output tokens have to add; spent: mean output tokens, in samples",
      ],
      tables: [
        {
          caption: "What is done from a price down, what it spends and reaches",
          columns: [...columns, "expected"],
          rows: priced.map((each) => [...rowOf(String(each.tokenGain), each), percent(each.right)]),
        },
        { caption: "All that was measured", columns, rows: [...whole, ...searches].map((each) => rowOf("", each)) },
      ],
      figures: { bands: bands.map(({ upTo, prices }) => ({ upTo, prices })), ways },
    };
  },
};

const nameOf = (way: PricedResults["way"]) =>
  "method" in way ? draftedCase(way).name : `whole samples at ${way.tokenGain}`;

/** As measured, moved as far as what is expected over all problems differs from what was seen. */
function expectedOf(way: PricedResults, isIn: (place: number) => boolean) {
  const { outputTokens, right } = averageOf(way.results.filter((_, place) => isIn(place)));
  const moved = way.right / averageOf(way.results).right;
  return { outputTokens, accuracy: Math.min(1, right * moved) };
}

/** Throws where a problem of the records was not solved that way. */
function resultsOf({ search, runs, split, seed }: WayRuns, { problems, origin }: Records) {
  const name = draftedCase(search).name;
  if (split !== origin.split || seed !== origin.seed) {
    throw new Error(
      `${name} was solved on the ${split} split, seed ${seed}; the records are of ${origin.split}, seed ${origin.seed}`,
    );
  }
  const results = runsOf(problems, runs, name).map(({ outputTokens, correct }) => ({
    outputTokens,
    right: Number(correct),
  }));
  return { way: search, results };
}
