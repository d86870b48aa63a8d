import { count, decimal, percent } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { Part } from "../part.ts";
import { testProblems } from "../problems.ts";
import { type AffinityCase, type AffinityResult, runAffinity } from "./run-affinity.ts";

const cases: readonly AffinityCase[] = [
  { name: "each sample for itself", routing: { affinity: "false" } },
  { name: "solve to one replica, bound 1.25", routing: {} },
  { name: "the same, without a bound", routing: { affinity_bound: "100" } },
];

/** What it is worth to keep the samples of a solve together, and what it costs in balance. */
export const affinityPart: Part = {
  name: "affinity",
  summary: "tokens of prefill with and without sending a solve's samples to one replica, and how even the load is",
  flags: {
    count: { type: "string" },
    seed: { type: "string" },
    samples: { type: "string" },
    replicas: { type: "string" },
    parallel: { type: "string" },
  },
  async run(flags, progress) {
    const problemCount = integerFlag(flags, "count", 200, 1, 100_000);
    const seed = integerFlag(flags, "seed", 1, 0, 1_000_000);
    const samples = integerFlag(flags, "samples", 8, 1, 64);
    const replicas = integerFlag(flags, "replicas", 2, 2, 16);
    const parallel = integerFlag(flags, "parallel", 8, 1, 256);
    const problems = testProblems(problemCount, seed);
    const results: AffinityResult[] = [];
    for (const one of cases) {
      progress(one.name);
      results.push(await runAffinity(one, { problems, replicas, samples, parallel, seed }));
    }
    return {
      title: "Prefix affinity",
      notes: [
        `${problemCount} problems of the test split (seed ${seed}), N = ${samples}, ${parallel} solves at once, ${replicas} replicas: the embedded model behind the model server, one engine thread each, fresh ones for each row`,
        "prefill: prompt tokens that the replicas computed, by their own count; prompt: tokens of all prompts, once a request; balance: samples of the busiest replica against the mean of all, over moments with at least N samples a replica",
      ],
      tables: [table(results)],
      figures: { results },
    };
  },
};

function table(results: readonly AffinityResult[]): Table {
  return {
    caption: "Prefill and balance",
    columns: [
      "samples go",
      "prompt",
      "prefill",
      "of prompt",
      "replicas a solve",
      "busiest, mean",
      "busiest, p99",
      "busiest, tokens",
      "failed",
      "seconds",
    ],
    rows: results.map((result) => [
      result.name,
      count(result.promptTokens),
      count(result.prefilledTokens),
      percent(result.prefilledTokens / result.promptTokens),
      decimal(result.replicasOfSolve, 2),
      `${decimal(result.balance.mean, 2)} x`,
      `${decimal(result.balance.p99, 2)} x`,
      `${decimal(result.tokenBalance, 2)} x`,
      count(result.failed),
      decimal(result.seconds),
    ]),
  };
}
