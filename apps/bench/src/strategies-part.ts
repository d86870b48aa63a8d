import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { startCluster } from "./cluster/start-cluster.ts";
import { integerFlag } from "./integer-flag.ts";
import { wordsFlag } from "./list-flag.ts";
import type { Part } from "./part.ts";
import { policies } from "./policies.ts";
import { testProblems } from "./problems.ts";
import { runPolicy, type SolveRun } from "./run-policy.ts";
import { strategiesReport } from "./strategies-report.ts";

/** What each strategy reaches and spends over the real services, against a fixed number of samples. */
export const strategiesPart: Part = {
  name: "strategies",
  summary: "accuracy, tokens, latency and calibration of the four strategies and of fixed N=16, over the four services",
  flags: {
    count: { type: "string" },
    seed: { type: "string" },
    parallel: { type: "string" },
    only: { type: "string" },
    checker: { type: "boolean" },
    runs: { type: "string" },
    reuse: { type: "string" },
  },
  async run(flags, progress) {
    const count = integerFlag(flags, "count", 500, 3, 100_000);
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const parallel = integerFlag(flags, "parallel", 4, 1, 64);
    const checker = flags.checker === true;
    const names = policies.map(({ name }) => name);
    const wanted = wordsFlag(flags, "only", names);
    const runs: Record<string, SolveRun[]> = {};
    if (typeof flags.reuse === "string") {
      Object.assign(runs, JSON.parse(readFileSync(flags.reuse, "utf8")) as Record<string, SolveRun[]>);
    } else {
      const problems = testProblems(count, seed);
      for (const policy of policies.filter(({ name }) => wanted.includes(name))) {
        // Each policy gets processes of its own, so that none learns from the outcomes of another.
        const cluster = await startCluster({
          env: checker ? {} : { RECKON_VERIFIER_VERIFIERS: "prm" },
        });
        try {
          runs[policy.name] = await runPolicy(policy, problems, {
            url: cluster.url,
            parallel,
            seed,
            progress: (done) => done % 100 === 0 && progress(`${policy.name}: ${done}/${problems.length}`),
          });
        } finally {
          await cluster.stop();
        }
      }
    }
    if (typeof flags.runs === "string") {
      mkdirSync(dirname(flags.runs), { recursive: true });
      writeFileSync(flags.runs, JSON.stringify(runs));
    }
    return strategiesReport(runs, { count, seed, parallel, checker });
  },
};
