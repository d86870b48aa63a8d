import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ReckonError } from "@reckon/core";
import { integerFlag } from "../integer-flag.ts";
import { integersFlag, numbersFlag, wordsFlag } from "../list-flag.ts";
import type { Part } from "../part.ts";
import { type TestProblem, testProblems } from "../problems.ts";
import { readRecords } from "../record-file.ts";
import { splitFlag } from "../records.ts";
import type { Records } from "../sample-record.ts";
import { accuracySvg } from "./accuracy-svg.ts";
import { type CellRuns, onCommonProblems, pooledDraws } from "./cells.ts";
import { methodCases } from "./method-cases.ts";
import { methodsReport } from "./methods-report.ts";
import { openDirectPorts } from "./open-ports.ts";
import { runsSoFar, writeRuns } from "./run-file.ts";
import { MOST_PRICES, meanTokens, one, solveAll, solveCell } from "./solve-cell.ts";

/** Problems of the validation split by which sizes are fitted to budgets. */
const PILOTS = 24;
/** Their seed: no other part draws these. */
const PILOT_SEED = 77;
/** Sets the samples of one draw apart from those of the next. */
const DRAW_SALT = 100_000;

/** What each method reaches at equal tokens, by the real plans and strategies over the engine in this process. */
export const methodsPart: Part = {
  name: "methods",
  summary: "accuracy and tokens of every method of search at matched budgets; --svg FILE draws it",
  flags: {
    count: { type: "string" },
    split: { type: "string" },
    seed: { type: "string" },
    draws: { type: "string" },
    parallel: { type: "string" },
    only: { type: "string" },
    budgets: { type: "string" },
    runs: { type: "string" },
    records: { type: "string" },
    svg: { type: "string" },
  },
  async run(flags, progress) {
    const count = integerFlag(flags, "count", 500, 3, 100_000);
    const split = splitFlag(flags, "test");
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const parallel = integerFlag(flags, "parallel", 6, 1, 64);
    const budgets = numbersFlag(flags, "budgets", [4, 8, 16, 32, 64], 1, 256);
    const names = methodCases.map(({ name }) => name);
    const draws = integersFlag(flags, "draws", [1], 1, 100);
    const wanted = wordsFlag(flags, "only", names);
    const file = typeof flags.runs === "string" ? flags.runs : undefined;
    const problems = testProblems(count, seed, split);
    const pilots = testProblems(PILOTS, PILOT_SEED, "validation");
    const records = typeof flags.records === "string" ? await recordsOf(flags.records, problems) : undefined;
    const ports = await openDirectPorts();
    try {
      let cells = runsSoFar<CellRuns>(file);
      const work = { ports, parallel, seed };
      const unit = meanTokens(await solveAll(one, 1, pilots, work));
      const task = { problems, pilots, unit, records };
      const mine = (cell: CellRuns) => cell.split === split && cell.seed === seed && draws.includes(cell.draw ?? 1);
      const methods = methodCases.filter(({ name }) => wanted.includes(name));
      const asked = draws.flatMap((draw) =>
        methods.flatMap((method) => budgets.map((budget) => ({ draw, method, budget }))),
      );
      for (const { draw, method, budget } of asked) {
        const name = `${method.name} at ${budget}${draw === 1 ? "" : `, draw ${draw}`}`;
        const begun = cells.find(
          (cell) => mine(cell) && cell.method === method.name && cell.budget === budget && (cell.draw ?? 1) === draw,
        );
        if (begun !== undefined && begun.runs.length >= count) continue;
        const others = cells.filter((cell) => cell !== begun);
        const startedAt = performance.now();
        for await (const solved of solveCell(method, budget, task, { ...work, salt: (draw - 1) * DRAW_SALT }, begun)) {
          cells = [...others, { method: method.name, budget, split, seed, draw, ...solved }];
          if (file !== undefined) writeRuns(file, cells);
          const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
          progress(`${name}: size ${solved.size}, ${solved.runs.length} problems, ${seconds} s`);
        }
      }
      const used = pooledDraws(
        names
          .filter((name) => wanted.includes(name))
          .flatMap((name) => cells.filter((cell) => cell.method === name && mine(cell))),
      );
      const report = methodsReport(used, {
        count,
        split,
        seed,
        draws,
        unit,
        budgets,
        pilots: PILOTS,
        mostPrices: MOST_PRICES,
      });
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
