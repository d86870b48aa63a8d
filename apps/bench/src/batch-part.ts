import { createReckon, type Outcome, type Reckon } from "@reckon/client";
import { outputTokensOf } from "@reckon/core";
import { mean } from "@reckon/stats";
import { estimateMean } from "./bootstrap-mean.ts";
import { startCluster } from "./cluster/start-cluster.ts";
import { forEachParallel } from "./for-each-parallel.ts";
import { count, percent, percentWithInterval, pointsWithInterval } from "./format.ts";
import { integerFlag } from "./integer-flag.ts";
import { numbersFlag } from "./list-flag.ts";
import type { Part } from "./part.ts";
import { isRight, solveSeed, type TestProblem, testProblems } from "./problems.ts";

/** Mean output tokens of one sample of the embedded model at temperature 1 (`bench methods`). */
const ONE_SAMPLE = 79;

/** How to spend one budget on many problems: what comes of each, in their order. */
interface Way {
  readonly name: string;
  solve(run: Run): Promise<Outcome[]>;
}

interface Run {
  readonly reckon: Reckon;
  readonly problems: readonly TestProblem[];
  readonly parallel: number;
  /** Samples' tokens a problem. */
  readonly budget: number;
  readonly seed: number;
}

const SAME = "the same N";

const ways: readonly Way[] = [
  {
    name: SAME,
    solve: ({ budget, ...run }) =>
      solveEach(run, {
        method: "best-of-n",
        samples: budget,
        window: Math.min(8, budget),
        earlyStopping: false,
        maxSteps: 64,
      }),
  },
  {
    name: "the same limit",
    solve: ({ budget, ...run }) => solveEach(run, { maxOutputTokens: Math.round(budget * ONE_SAMPLE) }),
  },
  { name: "one batch", solve: solveTogether },
];

/** What one budget brings where it is divided evenly, and where problems share it in a batch. */
export const batchPart: Part = {
  name: "batch",
  summary: "one budget over many problems: the same N, the same limit each, one SolveBatch; over the four services",
  flags: {
    count: { type: "string" },
    seed: { type: "string" },
    parallel: { type: "string" },
    budgets: { type: "string" },
  },
  async run(flags, progress) {
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const problems = testProblems(integerFlag(flags, "count", 500, 3, 10_000), seed);
    const parallel = integerFlag(flags, "parallel", 4, 1, 64);
    const budgets = numbersFlag(flags, "budgets", [2, 4, 8], 1, 64);
    const results: Result[] = [];
    for (const budget of budgets) {
      for (const way of ways) {
        progress(`${way.name} at ${budget}`);
        // Processes of its own, so that none learns from the outcomes of another.
        const cluster = await startCluster({ env: { RECKON_VERIFIER_VERIFIERS: "prm" } });
        try {
          const reckon = createReckon({ url: cluster.url });
          const outcomes = await way.solve({ reckon, problems, parallel, budget, seed });
          results.push(resultOf(way.name, budget, outcomes, problems));
        } finally {
          await cluster.stop();
        }
      }
    }
    return {
      title: "One budget over many problems",
      notes: [
        `${problems.length} test problems of the embedded model (seed ${seed}), ${parallel} at once, the process reward model as the only verifier`,
        `a budget is so many samples' output tokens a problem, at ${ONE_SAMPLE} each; spent: of the budget, by the ledgers`,
        `gained: over ${SAME}, in points, with 95 % intervals by bootstrap, paired by problem`,
      ],
      tables: [
        {
          caption: "What it brings",
          columns: ["budget", "", "right", "gained", "spent", "answered", "samples"],
          rows: results.map((one) => rowOf(one, results)),
        },
      ],
      figures: { results },
    };
  },
};

async function solveEach(
  { reckon, problems, parallel, seed }: Omit<Run, "budget">,
  options: Parameters<Reckon["solve"]>[1],
): Promise<Outcome[]> {
  return forEachParallel(problems, parallel, ({ prompt }, index) =>
    reckon.solve(prompt, { ...options, omitThoughts: true, seed: solveSeed(seed, index) }).outcome(),
  );
}

async function solveTogether({ reckon, problems, parallel, budget, seed }: Run): Promise<Outcome[]> {
  const items = problems.map(({ prompt }, index) => ({
    id: String(index),
    problem: prompt,
    options: { omitThoughts: true, seed: solveSeed(seed, index) },
  }));
  const outcomes = new Array<Outcome>(problems.length);
  const maxOutputTokens = Math.round(budget * ONE_SAMPLE * problems.length);
  for await (const news of reckon.solveBatch(items, { maxParallel: parallel, maxOutputTokens })) {
    if (news.type !== "item-ended") continue;
    if (news.outcome === undefined) throw new Error(`item ${news.id} failed: ${news.failure.message}`);
    outcomes[Number(news.id)] = news.outcome;
  }
  return outcomes;
}

interface Result {
  readonly name: string;
  readonly budget: number;
  readonly right: readonly number[];
  readonly spent: number;
  readonly answered: number;
  readonly samples: number | undefined;
}

function resultOf(
  name: string,
  budget: number,
  outcomes: readonly Outcome[],
  problems: readonly TestProblem[],
): Result {
  const right = problems.map((problem, i) => Number(isRight(outcomes[i]?.answer, problem)));
  const tokens = outcomes.reduce((sum, { ledger }) => sum + outputTokensOf(ledger), 0);
  return {
    ...{ name, budget, right },
    spent: tokens / (budget * ONE_SAMPLE * problems.length),
    answered: outcomes.filter(({ answer }) => answer !== undefined).length,
    samples: mean(outcomes.map(({ samplesStarted }) => samplesStarted)),
  };
}

function rowOf({ name, budget, right, spent, answered, samples }: Result, all: readonly Result[]): string[] {
  const even = all.find((one) => one.name === SAME && one.budget === budget)?.right ?? [];
  const gained = name === SAME ? undefined : estimateMean(right.map((value, i) => value - (even[i] as number)));
  return [
    ...[String(budget), name, percentWithInterval(estimateMean(right)), pointsWithInterval(gained)],
    ...[percent(spent, 0), count(answered), (samples ?? 0).toFixed(1)],
  ];
}
