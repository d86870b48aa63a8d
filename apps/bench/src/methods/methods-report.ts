import type { Split } from "@reckon/models";
import { calibrationError, mean } from "@reckon/stats";
import { estimateMean } from "../bootstrap-mean.ts";
import { count, decimal, percentWithInterval, pointsWithInterval } from "../format.ts";
import type { Table } from "../markdown-table.ts";
import type { Report } from "../part.ts";
import { type CellRuns, differenceByProblem, onCommonProblems, rightByProblem } from "./cells.ts";

/** How the runs were made, for the notes. */
export interface MethodsSettings {
  readonly count: number;
  readonly split: Split;
  readonly seed: number;
  /** Numbers of the draws: each sets other samples of the same problems. */
  readonly draws: readonly number[];
  /** Mean output tokens of one sample. */
  readonly unit: number;
  readonly budgets: readonly number[];
  readonly pilots: number;
  /** Prices that may be tried for a budget. */
  readonly mostPrices: number;
}

const baseline = "self-consistency";
const chooser = "adaptive";

/**
 * Accuracy at each budget, the difference to self-consistency there, paired by problem, and what was spent; then `adaptive` beside the best fixed method.
 * At each budget over the problems that all methods there have solved.
 */
export function methodsReport(cells: readonly CellRuns[], settings: MethodsSettings): Report {
  const { split, seed, draws, unit, pilots, mostPrices, budgets } = settings;
  const shared = onCommonProblems(cells, budgets);
  const figures = shared.map((cell) => figuresOf(cell, shared, unit));
  const isReplayed = ({ runs }: CellRuns) => runs.some((run) => run.promptTokens === undefined);
  const replayed = shared.filter(isReplayed).map(({ method, budget }) => `${method} at ${budget}`);
  return {
    title: "Methods of search at matched tokens",
    notes: [
      `${split} problems of the embedded model (seed ${seed}), checker off; no early stop but in adaptive, whose size is its price: P(right) that a thousand tokens have to add`,
      `a budget of B is B times the ${decimal(unit)} output tokens that one sample takes on average; sizes are fitted on ${pilots} validation problems, prices moved until the problems spend as much (at most ${mostPrices} are tried)`,
      ...(String(draws) === "1"
        ? []
        : [`draws ${draws.join(", ")} of the samples; accuracy is the mean of a problem's draws`]),
      ...(replayed.length > 0 ? [`replayed from records of the same problems: ${replayed.join(", ")}`] : []),
      "spent: mean output tokens, in samples; prefix and verifier: mean prompt tokens computed and tokens read by the process reward model",
      "in brackets: 95 % bootstrap intervals over problems; differences are paired by problem",
    ],
    tables: [methodsTable(figures), ...chooserTables(shared, figures)],
    figures: { settings, cells: figures },
  };
}

type Figures = ReturnType<typeof figuresOf>;

function methodsTable(figures: readonly Figures[]): Table {
  return {
    caption: "Right answers at matched tokens",
    columns: ["method", "budget", "n", "size", "right", `against ${baseline}`, "spent", "prefix", "verifier", "ECE"],
    rows: figures.map((f) => [
      ...[f.method, String(f.budget), String(f.problems), String(f.size), percentWithInterval(f.accuracy)],
      f.method === baseline ? "" : pointsWithInterval(f.gain),
      decimal(f.spent),
      count(f.promptTokens),
      count(f.verifierTokens),
      decimal(f.calibrationError, 3),
    ]),
  };
}

/** `adaptive` at each budget beside whatever method turned out best there: chosen on these very problems, in its favour. */
function chooserTables(cells: readonly CellRuns[], figures: readonly Figures[]): Table[] {
  const mine = figures.filter(({ method }) => method === chooser);
  const rows = mine.flatMap(({ budget, accuracy, spent }) => {
    const others = figures.filter((other) => other.budget === budget && other.method !== chooser);
    const best = others.toSorted((a, b) => (b.accuracy?.value ?? 0) - (a.accuracy?.value ?? 0))[0];
    if (best === undefined) return [];
    const at = (method: string) => cells.find((cell) => cell.method === method && cell.budget === budget)?.runs ?? [];
    const difference = differenceByProblem(at(chooser), at(best.method));
    const shown = `${best.method}: ${percentWithInterval(best.accuracy)} for ${decimal(best.spent)}`;
    return [
      [String(budget), shown, `${percentWithInterval(accuracy)} for ${decimal(spent)}`, pointsWithInterval(difference)],
    ];
  });
  if (rows.length === 0) return [];
  const columns = ["budget", "best fixed method", chooser, "difference"];
  return [
    { caption: "Adaptive beside the best fixed method: right answers, and what they took in samples", columns, rows },
  ];
}

function figuresOf({ method, budget, size, runs }: CellRuns, cells: readonly CellRuns[], unit: number) {
  const other = cells.find((cell) => cell.method === baseline && cell.budget === budget);
  const sure = runs.flatMap(({ confidence, correct }) =>
    confidence === undefined ? [] : [{ probability: confidence, correct }],
  );
  const right = [...rightByProblem(runs).values()];
  return {
    ...{ method, budget, size, problems: right.length },
    accuracy: estimateMean(right),
    gain: differenceByProblem(runs, other?.runs ?? []),
    spent: (mean(runs.map((run) => run.outputTokens)) ?? 0) / unit,
    promptTokens: mean(runs.flatMap((run) => run.promptTokens ?? [])),
    verifierTokens: mean(runs.flatMap((run) => run.verifierTokens ?? [])),
    calibrationError: calibrationError(sure),
    degraded: runs.filter((run) => run.degradations.length > 0).length,
  };
}
