import { profileOf, TRUSTED_FACTOR } from "@reckon/planning";
import { percent, percentWithInterval, pointsWithInterval } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { Part } from "../part.ts";
import { loadRecords, recordFlags } from "../records.ts";
import type { Records } from "../sample-record.ts";
import { spendByVotes } from "./allocate-by-votes.ts";
import { allocationRows, casesFor, type Vote } from "./allocation.ts";
import { fitModelCurves } from "./fit-curves.ts";
import { observedProblem } from "./observed-problem.ts";
import { type PredictionRow, predictionRows, type Watched } from "./predictions.ts";

const sizes = [16, 32, 64] as const;
const budgets = [1, 2, 4, 8, 16] as const;
/** Orders of the samples in which votes are cast one by one. */
const shuffles = 4;

/** How well a fit on few samples predicts many, and what spending by marginal gain is worth, on recorded samples. */
export const planningPart: Part = {
  name: "planning",
  summary: "fit on N up to 8, predict 16, 32, 64; one budget over a batch by marginal gain against an even split",
  flags: { ...recordFlags, fit: { type: "string" }, "fit-samples": { type: "string" }, resamples: { type: "string" } },
  async run(flags, progress) {
    const test = await loadRecords(
      { samples: "64", ...flags },
      { split: "test", problems: 500, reuse: true },
      progress,
    );
    const fitFlags = { seed: "7", records: flags.fit };
    const validation = await loadRecords(fitFlags, { split: "validation", problems: 1500, reuse: true }, progress);
    const few = integerFlag(flags, "fit-samples", 8, 2, 64);
    const resamples = integerFlag(flags, "resamples", 200, 20, 10_000);
    const watched = watch(test, few);
    const most = Math.max(
      ...watched.map(
        ({ all }) => all.counts.right + (all.counts.blank ?? 0) + all.counts.wrong.reduce((a, b) => a + b, 0),
      ),
    );
    const shown = sizes.filter((k) => k <= most);
    progress("predicting");
    const same = predictionRows(watched, watched, { sizes: shown, resamples });
    const other = predictionRows(watch(validation, few), watched, { sizes: shown, resamples });
    progress("allocating");
    const curves = fitModelCurves(validation, { countTokens: (prompt) => prompt.length });
    const { scoring } = profileOf(test.origin.model);
    const rows = (["majority", "weighted-vote"] as const).map((vote: Vote) => {
      const cases = casesFor(test.problems, vote, scoring);
      const byVotes = spendByVotes(test.problems, vote, curves, { budgets, shuffles, model: test.origin.model });
      return { vote, rows: allocationRows(cases, vote, curves, budgets, byVotes) };
    });
    return {
      title: "Predicting accuracy, and spending one budget",
      notes: [
        `${describe(test)}; validation: ${describe(validation)}`,
        `fits see the first ${few} samples of each problem; observed: unbiased over all samples; 95 % intervals by bootstrap over problems (${resamples} resamples, seed 1), differences paired where problems are the same`,
        `* beyond ${TRUSTED_FACTOR} times the samples of the fit: planning calls it an extrapolation`,
        "a budget is so many samples' tokens a problem; curves and lengths from validation, priors from the text of a question alone; nothing stops early",
      ],
      tables: [
        predictionTable("Fitted on the same problems, predicted minus observed in points", same),
        predictionTable("Fitted on validation problems, predicted minus observed in points", other),
        ...rows.map(({ vote, rows: all }) => allocationTable(vote, all)),
      ],
      figures: { same, other, allocation: rows },
    };
  },
};

function watch({ origin, problems }: Records, few: number): Watched[] {
  const { scoring } = profileOf(origin.model);
  return problems.map((problem, seed) => ({
    band: problem.band,
    seen: { ...observedProblem(problem, { samples: few, scoring, seed }), duels: [] },
    all: { ...observedProblem(problem, { scoring, seed }), duels: [] },
  }));
}

function describe({ origin }: Records): string {
  return `${origin.problems} problems of the ${origin.split} split (seed ${origin.seed}), ${origin.samples} samples each, ${origin.model}`;
}

function predictionTable(caption: string, rows: readonly PredictionRow[]): Table {
  return {
    caption,
    columns: ["", "predicted", "observed", "difference"],
    rows: rows.map(({ group, measure, k, predicted, observed, difference, extrapolated }) => [
      `${measure === "coverage" ? "pass" : "majority"} of ${k}, ${group}${extrapolated ? " *" : ""}`,
      percentWithInterval(predicted),
      percentWithInterval(observed),
      pointsWithInterval(difference),
    ]),
  };
}

function allocationTable(vote: Vote, rows: ReturnType<typeof allocationRows>): Table {
  return {
    caption: `One budget, ${vote}: right answers, and points gained over the same N everywhere`,
    columns: ["", "right", "gained", "tokens spent"],
    rows: rows.map(({ budget, name, accuracy, gain, spent }) => [
      `${budget} a problem, ${name}`,
      percent(accuracy),
      pointsWithInterval(gain),
      percent(spent, 0),
    ]),
  };
}
