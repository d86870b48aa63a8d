import { loadConfig } from "@reckon/config";
import type { Backend } from "@reckon/core";
import { problemFromPrompt } from "@reckon/core";
import { routerOf } from "@reckon/service-model-proxy";
import { createModelServer, type ModelServer } from "@reckon/service-model-server";
import { forEachParallel } from "../for-each-parallel.ts";
import type { TestProblem } from "../problems.ts";
import { type Balance, largestToMean, watchLoads } from "./watch-loads.ts";

/** A way of sending samples to replicas. */
export interface AffinityCase {
  readonly name: string;
  readonly routing: Readonly<Record<string, string>>;
}

/** How to run a case. */
export interface AffinityRun {
  readonly problems: readonly TestProblem[];
  readonly replicas: number;
  /** N; all are started at once. */
  readonly samples: number;
  /** Solves at once. */
  readonly parallel: number;
  readonly seed: number;
}

/** What came of it, by the count of the model servers themselves. */
export interface AffinityResult {
  readonly name: string;
  readonly promptTokens: number;
  readonly prefilledTokens: number;
  readonly outputTokens: number;
  /** Replicas that the samples of a solve were on, mean. */
  readonly replicasOfSolve: number;
  readonly failed: number;
  readonly balance: Balance;
  /** The output tokens of the replica with most of them, as a multiple of the mean. */
  readonly tokenBalance: number;
  readonly seconds: number;
}

/** Runs all problems through a router over fresh replicas, each the embedded model in an engine of its own. */
export async function runAffinity({ name, routing }: AffinityCase, run: AffinityRun): Promise<AffinityResult> {
  const servers: ModelServer[] = [];
  for (let i = 0; i < run.replicas; i += 1) servers.push(await createModelServer({ engine: { threads: 1 } }));
  const endpoints = servers.map(({ url }) => `${url}/v1`).join(",");
  const flags = { routing, pools: { replicas: { kind: "vllm", endpoints, probe: "false" } } };
  const router = routerOf(loadConfig({ env: {}, folder: "/nonexistent", flags }), { warn: () => undefined });
  try {
    await router.listModels();
    const loads = async () => ((await router.load()).replicas ?? []).map(({ liveSamples }) => liveSamples);
    const watch = watchLoads(loads, run.replicas * run.samples);
    const startedAtMs = performance.now();
    const solves = await forEachParallel(run.problems, run.parallel, (problem, i) => solveOne(router, problem, i, run));
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const balance = watch.stop();
    const counts = servers.map((server) => server.counts());
    const total = (of: (count: (typeof counts)[number]) => number) => counts.reduce((all, one) => all + of(one), 0);
    return {
      name,
      promptTokens: total((count) => count.promptTokens),
      prefilledTokens: total((count) => count.prefilledTokens),
      outputTokens: total((count) => count.generatedTokens),
      replicasOfSolve: solves.reduce((all, { replicas }) => all + replicas, 0) / solves.length,
      failed: solves.reduce((all, { failed }) => all + failed, 0),
      balance,
      tokenBalance: largestToMean(counts.map((count) => count.generatedTokens)),
      seconds,
    };
  } finally {
    await router.close();
    for (const server of servers) await server.close();
  }
}

async function solveOne(router: Backend, problem: TestProblem, i: number, { samples, seed }: AffinityRun) {
  const options = { seed: seed * 100_003 + i, maxTokens: 256, routing: { affinityKey: `solve-${problem.id}` } };
  const generation = await router.open(problemFromPrompt(problem.prompt), options);
  for (let sample = 0; sample < samples; sample += 1) generation.start(sample);
  generation.finish();
  const replicas = new Set<string>();
  let failed = 0;
  for await (const event of generation.events) {
    if (event.type !== "sample-ended") continue;
    if (event.reason === "failed") failed += 1;
    if (event.route !== undefined) replicas.add(event.route.replica);
  }
  return { replicas: replicas.size, failed };
}
