import type { Split } from "@reckon/models";
import { mean } from "@reckon/stats";
import { type Estimate, estimateMean } from "../bootstrap-mean.ts";
import type { MethodRun } from "./solve-direct.ts";

/** What one method did at one budget. */
export interface CellRuns {
  readonly method: string;
  /** In tokens of one sample. */
  readonly budget: number;
  /** Samples, paths, particles or simulations that the method was given for it; of `adaptive` the price of a thousand tokens. */
  readonly size: number;
  readonly split: Split;
  readonly seed: number;
  /** Number of the draw: others draw other samples of the same problems. Default 1. */
  readonly draw?: number;
  readonly runs: readonly MethodRun[];
}

/** One cell a method and budget, with the runs of all draws, at the size of the first. */
export function pooledDraws(cells: readonly CellRuns[]): CellRuns[] {
  const same = Map.groupBy(cells, ({ method, budget }) => `${method} at ${budget}`);
  return [...same.values()].map((some) => ({ ...(some[0] as CellRuns), runs: some.flatMap(({ runs }) => runs) }));
}

/** The runs of each budget's cells on the problems that all of them there have solved. */
export function onCommonProblems(cells: readonly CellRuns[], budgets: readonly number[]): CellRuns[] {
  return budgets.flatMap((budget) => {
    const some = cells.filter((cell) => cell.budget === budget);
    const ids = some.map(({ runs }) => new Set(runs.map(({ id }) => id)));
    return some.map((cell) => ({ ...cell, runs: cell.runs.filter(({ id }) => ids.every((known) => known.has(id))) }));
  });
}

/** Share of right answers of each problem's runs, in [0, 1]. */
export function rightByProblem(runs: readonly MethodRun[]): Map<string, number> {
  const byId = Map.groupBy(runs, ({ id }) => id);
  return new Map([...byId].map(([id, some]) => [id, mean(some.map(({ correct }) => Number(correct))) as number]));
}

/** How much more often the one was right than the other, paired by problem. */
export function differenceByProblem(mine: readonly MethodRun[], theirs: readonly MethodRun[]): Estimate | undefined {
  const right = rightByProblem(theirs);
  return estimateMean(
    [...rightByProblem(mine)].flatMap(([id, share]) => {
      const other = right.get(id);
      return other === undefined ? [] : share - other;
    }),
  );
}
