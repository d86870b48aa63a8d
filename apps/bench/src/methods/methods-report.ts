import { calibrationError, mean } from "@reckon/stats";
import { estimateMean } from "../bootstrap-mean.ts";
import { count, decimal, percentWithInterval, pointsWithInterval } from "../format.ts";
import type { Report } from "../part.ts";
import type { MethodRun } from "./solve-direct.ts";

/** What one method did at one budget. */
export interface CellRuns {
  readonly method: string;
  /** In tokens of one sample. */
  readonly budget: number;
  /** Samples, paths, particles or simulations that the method was given for it; of `adaptive` the price of a thousand tokens. */
  readonly size: number;
  readonly seed: number;
  readonly runs: readonly MethodRun[];
}

/** How the runs were made, for the notes. */
export interface MethodsSettings {
  readonly count: number;
  readonly seed: number;
  /** Mean output tokens of one sample. */
  readonly unit: number;
  readonly budgets: readonly number[];
  readonly pilots: number;
}

const baseline = "self-consistency";

/** Accuracy at each budget, the difference to self-consistency there, paired by problem, and what was spent. */
export function methodsReport(cells: readonly CellRuns[], settings: MethodsSettings): Report {
  const { count: problems, seed, unit, pilots } = settings;
  const figures = cells.map((cell) => figuresOf(cell, cells, unit));
  const isReplayed = ({ runs }: CellRuns) => runs.some((run) => run.promptTokens === undefined);
  const replayed = cells.filter(isReplayed).map(({ method, budget }) => `${method} at ${budget}`);
  return {
    title: "Methods of search at matched tokens",
    notes: [
      `${problems} test problems of the embedded model (seed ${seed}), checker off; no early stop but in adaptive, whose size is its price: P(right) that a thousand tokens have to add`,
      `a budget of B is B times the ${decimal(unit)} output tokens that one sample takes on average; sizes are fitted on ${pilots} validation problems`,
      ...(replayed.length > 0
        ? [`replayed from records of the same problems: ${replayed.join(", ")}, where they were not run live`]
        : []),
      "spent: mean output tokens, in samples; prefix and verifier: mean prompt tokens computed and tokens read by the process reward model",
      "in brackets: 95 % bootstrap intervals over problems; the difference to self-consistency is paired by problem",
    ],
    tables: [
      {
        caption: "Right answers at matched tokens",
        columns: ["method", "budget", "size", "right", `against ${baseline}`, "spent", "prefix", "verifier", "ECE"],
        rows: figures.map((f) => [
          f.method,
          String(f.budget),
          String(f.size),
          percentWithInterval(f.accuracy),
          f.method === baseline ? "" : pointsWithInterval(f.gain),
          decimal(f.spent),
          count(f.promptTokens),
          count(f.verifierTokens),
          decimal(f.calibrationError, 3),
        ]),
      },
    ],
    figures: { settings, cells: figures },
  };
}

function figuresOf({ method, budget, size, runs }: CellRuns, cells: readonly CellRuns[], unit: number) {
  const other = cells.find((cell) => cell.method === baseline && cell.budget === budget);
  const right = new Map(other?.runs.map((run) => [run.id, Number(run.correct)]));
  const gains = runs.flatMap((run) => {
    const theirs = right.get(run.id);
    return theirs === undefined ? [] : Number(run.correct) - theirs;
  });
  const sure = runs.flatMap(({ confidence, correct }) =>
    confidence === undefined ? [] : [{ probability: confidence, correct }],
  );
  return {
    ...{ method, budget, size },
    accuracy: estimateMean(runs.map((run) => Number(run.correct))),
    gain: estimateMean(gains),
    spent: (mean(runs.map((run) => run.outputTokens)) ?? 0) / unit,
    promptTokens: mean(runs.flatMap((run) => run.promptTokens ?? [])),
    verifierTokens: mean(runs.flatMap((run) => run.verifierTokens ?? [])),
    calibrationError: calibrationError(sure),
    degraded: runs.filter((run) => run.degradations.length > 0).length,
  };
}
