import { curvesOf, impliedPrice, shippedCurves } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { forEachParallel } from "../for-each-parallel.ts";
import { difficultyOf } from "../planning/fit-curves.ts";
import { solveSeed, type TestProblem } from "../problems.ts";
import type { Records } from "../sample-record.ts";
import type { CellRuns } from "./cells.ts";
import type { MethodCase } from "./method-cases.ts";
import { replayedRuns } from "./replayed-runs.ts";
import { type DirectPorts, type MethodRun, solveDirect } from "./solve-direct.ts";

/** The most samples that a request may ask for. */
const MOST = 256;
/** Problems that are solved before what was done is written down. */
const BLOCK = 100;
/** Prices that are tried for a budget. */
export const MOST_PRICES = 3;

/** What solves run on, and which samples they draw. */
export interface Work {
  readonly ports: DirectPorts;
  readonly parallel: number;
  readonly seed: number;
  /** Sets samples of the same problems apart. Default 0. */
  readonly salt?: number;
  /** Number of the first problem: each one's seed goes by its number. Default 0. */
  readonly first?: number;
}

/** One sample at temperature 1, the unit of all budgets. */
export const one: MethodCase = {
  name: "one sample",
  verified: false,
  overrides: () => ({ strategy: "comprehensive", method: "single", maxSteps: 64, temperature: 1, timeoutMs: 600_000 }),
};

/** Solves all problems by a method of a size, several at once. */
export function solveAll(
  method: MethodCase,
  size: number,
  problems: readonly TestProblem[],
  { ports, parallel, seed, salt = 0, first = 0 }: Work,
) {
  return forEachParallel(problems, parallel, (problem, index) =>
    solveDirect(method, size, problem, solveSeed(seed, first + index) + Math.round(salt) * 1_000_000_007, ports),
  );
}

/** What a method did, and the size that it was given for it. */
export type Solved = Pick<CellRuns, "size" | "runs">;

/** The problems that methods are compared on, those that sizes are fitted on, and what one sample takes. */
export interface Task {
  readonly problems: readonly TestProblem[];
  readonly pilots: readonly TestProblem[];
  /** Output tokens of one sample. */
  readonly unit: number;
  /** Samples of the same problems, for methods that votes can stand for. */
  readonly records: Records | undefined;
}

/** Solves the problems at a budget, `BLOCK` after `BLOCK`, each time with what there is by then; goes on from what was `begun`, at its size. */
export async function* solveCell(
  method: MethodCase,
  budget: number,
  { problems, pilots, unit, records }: Task,
  work: Work,
  begun?: Solved,
): AsyncGenerator<Solved> {
  if (method.priced) {
    yield await solvePriced(method, budget * unit, problems, work);
    return;
  }
  const size = begun?.size ?? (await fittingSize(method, budget, unit, pilots, work));
  if (records !== undefined && method.votes !== undefined && records.origin.samples >= size) {
    yield { size, runs: replayedRuns(records, method.votes, size) };
    return;
  }
  let runs = begun?.runs ?? [];
  while (runs.length < problems.length) {
    const first = runs.length;
    const block = problems.slice(first, first + BLOCK);
    runs = [...runs, ...(await solveAll(method, size, block, { ...work, first }))];
    yield { size, runs };
  }
}

/**
 * Solves at the price that a budget implies by what was learned on validation problems, moved until the problems spend as much; of the prices that were
 * tried the one whose tokens came closest counts, whatever its accuracy. Other samples each time: scores that were asked for before would come at once, and
 * end more samples early.
 */
async function solvePriced(
  method: MethodCase,
  outputTokens: number,
  problems: readonly TestProblem[],
  work: Work,
): Promise<Solved> {
  let aim = outputTokens;
  let best: (Solved & { readonly ratio: number }) | undefined;
  for (let round = 0; round < MOST_PRICES; round += 1) {
    const size = priceOf(problems, aim);
    if (size === best?.size) break;
    const runs = await solveAll(method, size, problems, { ...work, salt: (work.salt ?? 0) + outputTokens + round });
    const ratio = outputTokens / meanTokens(runs);
    if (best === undefined || Math.abs(Math.log(ratio)) < Math.abs(Math.log(best.ratio))) best = { size, runs, ratio };
    if (Math.abs(ratio - 1) < 0.06) break;
    aim *= ratio;
  }
  return best as Solved;
}

/** The price at which problems are expected to spend so many output tokens each. */
function priceOf(problems: readonly TestProblem[], outputTokens: number): number {
  const [model] = Object.keys(shippedCurves.models);
  const curves = curvesOf(model ?? "");
  const planned = problems.map((problem) => ({ difficulty: difficultyOf(problem) }));
  const implied = curves && impliedPrice(planned, curves, outputTokens * problems.length);
  if (implied === undefined) throw new Error("no prices were learned: npm run bench -- prices --write");
  return Number(implied.tokenGain.toPrecision(3));
}

/** Output tokens of a run, on average. */
export function meanTokens(runs: readonly MethodRun[]): number {
  return mean(runs.map((run) => run.outputTokens)) as number;
}

/** The size at which a method spends about `budget` times `unit` output tokens on the pilots, by two rounds of proportion. */
async function fittingSize(
  method: MethodCase,
  budget: number,
  unit: number,
  pilots: readonly TestProblem[],
  work: Work,
): Promise<number> {
  let size = method.guess?.(budget) ?? budget;
  for (let round = 0; round < 2; round += 1) {
    if (method.exact) return size;
    const ratio = (budget * unit) / meanTokens(await solveAll(method, size, pilots, work));
    if (Math.abs(ratio - 1) < 0.06) break;
    size = Math.max(1, Math.min(MOST, Math.round(size * ratio)));
  }
  return size;
}
