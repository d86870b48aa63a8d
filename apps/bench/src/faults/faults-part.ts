import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReckon } from "@reckon/client";
import { ReckonError } from "@reckon/core";
import { createModelServer, type ModelServer } from "@reckon/service-model-server";
import { startCluster } from "../cluster/start-cluster.ts";
import { integerFlag } from "../integer-flag.ts";
import { wordsFlag } from "../list-flag.ts";
import type { Part } from "../part.ts";
import { type TestProblem, testProblems } from "../problems.ts";
import { type FaultCase, faultCases } from "./fault-cases.ts";
import { briefSolve, type FaultRow, fateTable, ledgerTable } from "./fault-tables.ts";
import { bookRequest, runFaultCase, type ServerAccount } from "./run-fault-case.ts";

const adapters = ["vllm", "openai", "groq"] as const;
type Adapter = (typeof adapters)[number];

/** The words of `runProcess` for a promise that nobody waited for, and for an error that nobody caught. */
const unhandled = /nobody waited for it|nobody caught it|unhandled/i;

/** Every fault of the model server against whole solves: what becomes of each, and whether its ledger is right. */
export const faultsPart: Part = {
  name: "faults",
  summary: "each fault of the model server alone and all together: outcome, accuracy and ledger of every solve",
  flags: {
    count: { type: "string" },
    parallel: { type: "string" },
    percent: { type: "string" },
    seed: { type: "string" },
    adapter: { type: "string" },
    only: { type: "string" },
  },
  async run(flags, progress) {
    const solves = integerFlag(flags, "count", 1_000, 2, 100_000);
    const parallel = integerFlag(flags, "parallel", 32, 1, 1_000);
    const percent = integerFlag(flags, "percent", 10, 1, 100);
    const seed = integerFlag(flags, "seed", 1, 0, 1_000_000);
    const adapter = adapterFlag(flags["adapter"]);
    const all = faultCases(percent / 100, seed);
    const names = all.map(({ name }) => name);
    const wanted = wordsFlag(flags, "only", names);
    const cases = all.filter(({ name }) => wanted.includes(name));
    const problems = uniqueProblems(solves, seed);
    const rows = await runCases({ cases, problems, parallel, seed, adapter, progress });
    return {
      title: `Faults of the model server, ${adapter} adapter`,
      notes: [
        `${problems.length} problems of the test split (seed ${seed}), ${parallel} at once, default strategy, through four processes and the ${adapter} adapter to a model server of its own process; each fault hits ${percent} % of the requests, "all together" ${percent} % in sum`,
        "shown: requests that had the fault; samples failed: samples that ended with an error after all retries; wrong ledgers: solves whose output or prompt tokens differ from the server's own count, by a token or more, cancelled and failed samples included",
        "accuracy lost: points against the first row, problem by problem, with its 95 % interval",
      ],
      tables: [fateTable(rows), ledgerTable(rows)],
      figures: { adapter, percent, rows: rows.map((row) => ({ ...row, solves: row.solves.map(briefSolve) })) },
    };
  },
};

interface RunOptions {
  readonly cases: readonly FaultCase[];
  readonly problems: readonly TestProblem[];
  readonly parallel: number;
  readonly seed: number;
  readonly adapter: Adapter;
  readonly progress: (line: string) => void;
}

async function runCases(options: RunOptions): Promise<FaultRow[]> {
  const { cases, problems, parallel, seed, progress } = options;
  const accounts = new Map<string, ServerAccount>();
  let rejections = 0;
  const onRejection = () => {
    rejections += 1;
  };
  process.on("unhandledRejection", onRejection);
  const server = await createModelServer({ onEnd: (record) => bookRequest(accounts, record) });
  const folder = await mkdtemp(join(tmpdir(), "reckon-faults-"));
  try {
    const file = join(folder, "reckon.toml");
    await writeFile(file, configOf(options.adapter, server));
    const cluster = await startCluster({
      env: { RECKON_CONFIG: file },
      onLogLine: (service, line) => {
        if (!unhandled.test(line)) return;
        rejections += 1;
        progress(`${service}: ${line}`);
      },
    });
    try {
      const reckon = createReckon({ url: cluster.url });
      // The probe of the endpoint is done before anything is counted.
      await reckon.solve("What is 17 * 23?", { timeoutMs: 60_000 }).outcome();
      const rows: FaultRow[] = [];
      for (const faultCase of cases) {
        const before = { rejections, shown: shownBy(server), atMs: performance.now() };
        const tell = (done: number) => {
          if (done % 100 === 0) progress(`${faultCase.name}: ${done}`);
        };
        const run = { reckon, server, accounts, problems, parallel, seed, timeoutMs: 60_000, progress: tell };
        const solves = await runFaultCase(faultCase, run);
        const seconds = (performance.now() - before.atMs) / 1000;
        const shown = shownBy(server) - before.shown;
        rows.push({ name: faultCase.name, shown, solves, rejections: rejections - before.rejections, seconds });
        progress(`${faultCase.name}: ${problems.length} solves in ${seconds.toFixed(0)} s, ${shown} faults`);
      }
      return rows;
    } finally {
      await cluster.stop();
    }
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
    process.off("unhandledRejection", onRejection);
  }
}

/** One endpoint, whose silence is not borne for long. */
function configOf(adapter: Adapter, server: ModelServer): string {
  const url = adapter === "groq" ? server.url : `${server.url}/v1`;
  return [
    "[backends.tested]",
    `kind = "${adapter}"`,
    `url = "${url}"`,
    `model = "${server.model}"`,
    "context_length = 512",
    "first_token_timeout = 4",
    "idle_timeout = 3",
    "",
  ].join("\n");
}

function shownBy(server: ModelServer): number {
  return Object.values(server.counts().faults).reduce((sum, shown) => sum + shown, 0);
}

/** Problems with a text of their own each: the server's account of a solve is found by it. */
function uniqueProblems(wanted: number, seed: number): TestProblem[] {
  const byPrompt = new Map(
    testProblems(Math.ceil(wanted * 1.5) + 20, seed).map((problem) => [problem.prompt, problem]),
  );
  const problems = [...byPrompt.values()].slice(0, wanted);
  if (problems.length === wanted) return problems;
  throw new ReckonError(
    "invalid-argument",
    `--count is ${wanted}; seed ${seed} gives ${problems.length} problems that differ`,
  );
}

function adapterFlag(value: string | boolean | undefined): Adapter {
  const adapter = adapters.find((one) => one === (value ?? "vllm"));
  if (adapter !== undefined) return adapter;
  throw new ReckonError("invalid-argument", `--adapter is ${JSON.stringify(value)}; it takes ${adapters.join(", ")}`);
}
