import { believedLogOdds, curvesOf, type SearchPoint } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { type Estimate, estimateMean } from "../bootstrap-mean.ts";
import { count, decimal, percent, pointsWithInterval } from "../format.ts";
import type { CellRuns } from "../methods/cells.ts";
import { readRuns } from "../methods/run-file.ts";
import type { Part } from "../part.ts";
import { readRecords } from "../record-file.ts";
import { curvesFileOf, readCurvesFile, writeCurves } from "./curves-file.ts";
import { searchPairs, searchPoint } from "./search-points.ts";

/** Methods whose one name says all about them: a plan can ask for them by it. */
const searches = ["beam", "monte-carlo", "tree", "revision"] as const satisfies readonly SearchPoint["method"][];

/** Learns what searches add to a vote of as many output tokens, on validation problems; never on test problems. */
export const searchesPart: Part = {
  name: "searches",
  summary:
    "learns what searches add to a weighted vote, from runs and records of the same validation problems; --write",
  flags: {
    runs: { type: "string" },
    records: { type: "string" },
    write: { type: "boolean" },
    curves: { type: "string" },
  },
  async run(flags) {
    const { runs, records: recorded } = flags;
    if (typeof runs !== "string" || typeof recorded !== "string") {
      throw new Error("--runs and --records are needed: those of methods and model, both with --split validation");
    }
    const records = await readRecords(recorded);
    const { model, seed, split, samples } = records.origin;
    const file = curvesFileOf(flags);
    const curves = curvesOf(model, readCurvesFile(file));
    if (curves === undefined) throw new Error(`there are no curves of ${model}: npm run bench -- curves --write`);
    const cells = readRuns<CellRuns>(runs).filter(
      ({ draw = 1, ...cell }) => cell.split === split && cell.seed === seed && draw === 1,
    );
    const one = mean(records.problems.flatMap((problem) => problem.samples.map(({ tokens }) => tokens))) ?? 1;
    const measured = searches.flatMap((method) =>
      cells
        .filter((cell) => cell.method === method)
        .map((cell) => {
          const pairs = searchPairs(cell, records);
          const point = searchPoint({ method, size: cell.size }, pairs, curves);
          const spent = (mean(pairs.map(({ run }) => run.outputTokens)) ?? 0) / one;
          const gain = estimateMean(pairs.map(({ run, vote }) => Number(run.correct) - vote));
          return { point, spent, gain, right: mean(pairs.map(({ run }) => Number(run.correct))) };
        }),
    );
    const measuredOn = `${records.problems.length} problems of the ${split} split (seed ${seed})`;
    const points = measured.map(({ point }) => point);
    if (flags.write === true) writeCurves(file, model, { ...curves, searches: { measuredOn, points } });
    return {
      title: `Searches beside a weighted vote, ${model}`,
      notes: [
        `${measuredOn}; votes of ${samples} recorded samples each`,
        "spent: mean output tokens, in samples; gain: to a weighted vote of as many output tokens, points, with 95 % intervals by bootstrap, paired by problem",
        "log-odds: what the search adds, and what of it is believed",
      ],
      tables: [
        {
          caption: "What searches add",
          columns: ["method", "samples", "spent", "prefix", "right", "gain", "log-odds"],
          rows: measured.map(({ point, spent, right, gain }) => rowOf(point, spent, right, gain)),
        },
      ],
      figures: { points },
    };
  },
};

function rowOf(point: SearchPoint, spent: number, right: number | undefined, gain: Estimate | undefined): string[] {
  const prefix = mean(point.costs.map(({ promptTokens }) => promptTokens));
  const odds = `${decimal(point.logOdds, 2)}, ${decimal(believedLogOdds(point), 2)}`;
  return [
    point.method,
    String(point.samples),
    decimal(spent),
    count(prefix),
    percent(right),
    pointsWithInterval(gain),
    odds,
  ];
}
