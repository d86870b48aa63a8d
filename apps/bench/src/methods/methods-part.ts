import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ReckonError } from "@reckon/core";
import { curvesOf, impliedPrice, shippedCurves } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { forEachParallel } from "../for-each-parallel.ts";
import { integerFlag } from "../integer-flag.ts";
import { numbersFlag, wordsFlag } from "../list-flag.ts";
import type { Part } from "../part.ts";
import { difficultyOf } from "../planning/fit-curves.ts";
import { type TestProblem, testProblems } from "../problems.ts";
import { readRecords } from "../record-file.ts";
import type { Records } from "../sample-record.ts";
import { accuracySvg } from "./accuracy-svg.ts";
import { type MethodCase, methodCases } from "./method-cases.ts";
import { type CellRuns, methodsReport, onCommonProblems } from "./methods-report.ts";
import { openDirectPorts } from "./open-ports.ts";
import { replayedRuns } from "./replayed-runs.ts";
import { type DirectPorts, type MethodRun, solveDirect } from "./solve-direct.ts";

/** Problems of the validation split by which sizes are fitted to budgets. */
const PILOTS = 24;
/** What problems spend that stop by themselves varies much more: some end after two samples, some after all. */
const PRICED_PILOTS = 100;
/** Their seed: no other part draws these. */
const PILOT_SEED = 77;
/** The most samples that a request may ask for. */
const MOST = 256;

/** What each method reaches at equal tokens, by the real plans and strategies over the engine in this process. */
export const methodsPart: Part = {
  name: "methods",
  summary: "accuracy and tokens of every method of search at matched budgets; --svg FILE draws it",
  flags: {
    count: { type: "string" },
    seed: { type: "string" },
    parallel: { type: "string" },
    only: { type: "string" },
    budgets: { type: "string" },
    runs: { type: "string" },
    records: { type: "string" },
    svg: { type: "string" },
  },
  async run(flags, progress) {
    const count = integerFlag(flags, "count", 500, 3, 100_000);
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const parallel = integerFlag(flags, "parallel", 12, 1, 64);
    const budgets = numbersFlag(flags, "budgets", [4, 8, 16, 32, 64], 1, 256);
    const names = methodCases.map(({ name }) => name);
    const wanted = wordsFlag(flags, "only", names);
    const file = typeof flags.runs === "string" ? flags.runs : undefined;
    const problems = testProblems(count, seed);
    const pilots = testProblems(PILOTS, PILOT_SEED, "validation");
    const records = typeof flags.records === "string" ? await recordsOf(flags.records, problems) : undefined;
    const ports = await openDirectPorts();
    try {
      const cells = file !== undefined && existsSync(file) ? readCells(file) : [];
      const work = { ports, parallel, seed };
      const unit = meanTokens(await solveAll(one, 1, pilots, work));
      for (const method of methodCases.filter(({ name }) => wanted.includes(name))) {
        for (const budget of budgets) {
          const done = (cell: CellRuns) =>
            cell.method === method.name && cell.budget === budget && cell.runs.length >= count && cell.seed === seed;
          if (cells.some(done)) continue;
          const startedAt = performance.now();
          const size = method.priced
            ? await fittingPrice(method, budget * unit, problems, work)
            : await fittingSize(method, budget, unit, pilots, work);
          const votes = (records?.origin.samples ?? 0) >= size ? method.votes : undefined;
          const runs =
            records !== undefined && votes !== undefined
              ? replayedRuns(records, votes, size)
              : await solveAll(method, size, problems, method.priced ? { ...work, salt: budget } : work);
          cells.push({ method: method.name, budget, size, seed, runs });
          if (file !== undefined) writeCells(file, cells);
          const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
          progress(`${method.name} at ${budget}: size ${size}, ${seconds} s`);
        }
      }
      const used = cells.filter(
        (cell) => wanted.includes(cell.method) && budgets.includes(cell.budget) && cell.seed === seed,
      );
      const report = methodsReport(used, { count, seed, unit, budgets, pilots: PILOTS, pricedPilots: PRICED_PILOTS });
      if (typeof flags.svg === "string") {
        mkdirSync(dirname(flags.svg), { recursive: true });
        writeFileSync(flags.svg, accuracySvg(onCommonProblems(used, budgets), unit));
      }
      return report;
    } finally {
      await ports.close();
    }
  },
};

/** Records of the very problems that are compared. */
async function recordsOf(file: string, problems: readonly TestProblem[]): Promise<Records> {
  const { origin, problems: recorded } = await readRecords(file);
  const byId = new Map(recorded.map((problem) => [problem.id, problem]));
  return {
    origin,
    problems: problems.map(({ id }) => {
      const problem = byId.get(id);
      if (problem === undefined) throw new ReckonError("invalid-argument", `--records ${file} has no samples of ${id}`);
      return problem;
    }),
  };
}

interface Work {
  readonly ports: DirectPorts;
  readonly parallel: number;
  readonly seed: number;
  /** Sets samples of the same problems apart. Default 0. */
  readonly salt?: number;
}

/** One sample at temperature 1, the unit of all budgets. */
const one: MethodCase = {
  name: "one sample",
  verified: false,
  overrides: () => ({ strategy: "comprehensive", method: "single", maxSteps: 64, temperature: 1, timeoutMs: 600_000 }),
};

function solveAll(
  method: MethodCase,
  size: number,
  problems: readonly TestProblem[],
  { ports, parallel, seed, salt = 0 }: Work,
) {
  return forEachParallel(problems, parallel, (problem, index) =>
    solveDirect(method, size, problem, seed * 1_000_003 + index + Math.round(salt) * 1_000_000_007, ports),
  );
}

/**
 * The price that a budget implies by what was learned on validation problems, moved until the pilots spend as much: a verifier that lags behind the samples
 * ends fewer of them early than replay knows of.
 */
async function fittingPrice(
  method: MethodCase,
  outputTokens: number,
  problems: readonly TestProblem[],
  work: Work,
): Promise<number> {
  const pilots = testProblems(PRICED_PILOTS, PILOT_SEED, "validation");
  let aim = outputTokens;
  let price = priceOf(problems, aim);
  for (let round = 0; round < 2; round += 1) {
    // Other samples each time: the scores of those that were seen before would come at once, and end more of them early.
    const fresh = { ...work, salt: outputTokens + round };
    const ratio = outputTokens / meanTokens(await solveAll(method, price, pilots, fresh));
    aim *= ratio;
    const next = priceOf(problems, aim);
    if (Math.abs(ratio - 1) < 0.06 || next === price) break;
    price = next;
  }
  return price;
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

function meanTokens(runs: readonly MethodRun[]): number {
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

function readCells(file: string): CellRuns[] {
  return JSON.parse(readFileSync(file, "utf8")) as CellRuns[];
}

function writeCells(file: string, cells: readonly CellRuns[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(cells));
}
