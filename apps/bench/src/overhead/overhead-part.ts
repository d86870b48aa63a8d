import { createReckon, type Reckon } from "@reckon/client";
import { createEngine, type Engine } from "@reckon/engine";
import { startCluster } from "../cluster/start-cluster.ts";
import { forEachParallel } from "../for-each-parallel.ts";
import { decimal } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import { median } from "../median.ts";
import type { Part } from "../part.ts";
import { testProblems } from "../problems.ts";
import { directSolve, type Timing } from "./direct-solve.ts";
import { servedSolve } from "./served-solve.ts";

const sampleCounts = [1, 8] as const;
const atOnce = [1, 8, 64] as const;
const warmUps = 3;

interface Pair {
  readonly direct: Timing;
  readonly served: Timing;
}

/** What the services add to the engine's own time, and how many solves a second they carry. */
export const overheadPart: Part = {
  name: "overhead",
  summary: "time to first thought and whole solve through four processes against the engine alone; solves per second",
  flags: { count: { type: "string" }, seed: { type: "string" } },
  async run(flags, progress) {
    const count = integerFlag(flags, "count", 40, 5, 10_000);
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const prompts = testProblems(count, seed).map((problem) => problem.prompt);
    const engine = await createEngine();
    const cluster = await startCluster();
    try {
      const reckon = createReckon({ url: cluster.url });
      const pairs = new Map<number, Pair[]>();
      for (const samples of sampleCounts) {
        progress(`${samples} samples a question`);
        pairs.set(samples, await measurePairs(engine, reckon, prompts, samples));
      }
      const throughput: { atOnce: number; policy: string; solvesPerSecond: number }[] = [];
      for (const parallel of atOnce) {
        for (const policy of ["single", "adaptive"] as const) {
          progress(`${policy}, ${parallel} at once`);
          throughput.push({ atOnce: parallel, policy, solvesPerSecond: await rate(reckon, prompts, parallel, policy) });
        }
      }
      return {
        title: "What the services add",
        notes: [
          `${count} problems of the test split (seed ${seed}), all bands; greedy samples on both sides, so that both compute the same; one after the other, medians`,
          "direct: the engine in a worker thread of this process; services: client, orchestrator, difficulty and model-proxy, each a process, over the loopback",
          "solves per second: `single` draws one sample, `adaptive` is the default request",
        ],
        tables: [pairTable(pairs), throughputTable(throughput)],
        figures: { pairs: Object.fromEntries(pairs), throughput },
      };
    } finally {
      await cluster.stop();
      await engine.close();
    }
  },
};

async function measurePairs(
  engine: Engine,
  reckon: Reckon,
  prompts: readonly string[],
  samples: number,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const prompt of [...prompts.slice(0, warmUps), ...prompts]) {
    pairs.push({
      direct: await directSolve(engine, prompt, samples),
      served: await servedSolve(reckon, prompt, samples),
    });
  }
  return pairs.slice(warmUps);
}

async function rate(
  reckon: Reckon,
  prompts: readonly string[],
  parallel: number,
  policy: "single" | "adaptive",
): Promise<number> {
  const solves = Math.max(20, 2 * parallel);
  const startedAt = performance.now();
  const work = Array.from({ length: solves }, (_, i) => prompts[i % prompts.length] as string);
  await forEachParallel(work, parallel, async (prompt) => {
    const options = policy === "single" ? { method: "single" as const } : {};
    await reckon.solve(prompt, { ...options, omitThoughts: true, timeoutMs: 120_000 }).outcome();
  });
  return solves / ((performance.now() - startedAt) / 1000);
}

function pairTable(pairs: ReadonlyMap<number, readonly Pair[]>): Table {
  const rows = [...pairs].flatMap(([samples, all]) =>
    (["firstThoughtMs", "wholeMs"] as const).map((key) => {
      const direct = median(all.map((pair) => pair.direct[key]));
      const served = median(all.map((pair) => pair.served[key]));
      const ratio = median(all.map((pair) => pair.served[key] / pair.direct[key]));
      const added = median(all.map((pair) => pair.served[key] - pair.direct[key]));
      const what = key === "wholeMs" ? "whole solve" : "first thought";
      return [
        `${what}, ${samples} ${samples === 1 ? "sample" : "samples"}`,
        `${decimal(direct)} ms`,
        `${decimal(served)} ms`,
        `${decimal(added)} ms`,
        decimal(ratio, 2),
      ];
    }),
  );
  return { caption: "Direct against four processes", columns: ["", "direct", "services", "added", "ratio"], rows };
}

function throughputTable(rates: readonly { atOnce: number; policy: string; solvesPerSecond: number }[]): Table {
  const policies = [...new Set(rates.map((rate) => rate.policy))];
  const rows = atOnce.map((parallel) => [
    `${parallel} at once`,
    ...policies.map((policy) =>
      decimal(rates.find((rate) => rate.atOnce === parallel && rate.policy === policy)?.solvesPerSecond, 2),
    ),
  ]);
  return { caption: "Solves per second", columns: ["", ...policies], rows };
}
