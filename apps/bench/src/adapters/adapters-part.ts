import { createEngine } from "@reckon/engine";
import { createModelServer } from "@reckon/service-model-server";
import { estimateMean } from "../bootstrap-mean.ts";
import { count, decimal, percentWithInterval, pointsWithInterval } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { Part } from "../part.ts";
import { testProblems } from "../problems.ts";
import { type AdapterKind, adapterKinds, adapterOf } from "./adapter-kind.ts";
import { type DirectRun, runDirect } from "./direct-run.ts";
import { runOverServices, type ServiceRun } from "./service-run.ts";

/** The same problems through the embedded backend and through every adapter over the wire: accuracy, texts, tokens. */
export const adaptersPart: Part = {
  name: "adapters",
  summary:
    "the same problems through the embedded, OpenAI-compatible, vLLM and Groq adapters: accuracy and token counts",
  flags: {
    count: { type: "string" },
    seed: { type: "string" },
    samples: { type: "string" },
    parallel: { type: "string" },
    direct: { type: "boolean" },
  },
  async run(flags, progress) {
    const problemCount = integerFlag(flags, "count", 200, 2, 10_000);
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const samples = integerFlag(flags, "samples", 8, 1, 64);
    const parallel = integerFlag(flags, "parallel", 8, 1, 64);
    const problems = testProblems(problemCount, seed);
    const engine = await createEngine();
    const server = await createModelServer({ model: engine });
    const direct = new Map<AdapterKind, Direct>();
    const services = new Map<string, ServiceRun>();
    const warnings: string[] = [];
    try {
      for (const kind of adapterKinds) {
        progress(`${kind}: greedy and ${samples} samples`);
        const backend = adapterOf(kind, server.url, engine, (message) => warnings.push(message));
        await backend.listModels();
        const before = server.counts().generatedTokens;
        const runs = await runDirect(backend, problems, { samples, seed, parallel });
        const serverTokens = kind === "embedded" ? undefined : server.counts().generatedTokens - before;
        direct.set(kind, { runs, serverTokens });
        await backend.close();
      }
      for (const [name, kind, pooling] of flags.direct === true ? [] : serviceRows) {
        const report = (done: number) => done % 50 === 0 && progress(`services, ${name}: ${done}/${problemCount}`);
        services.set(
          name,
          await runOverServices(kind, server, problems, { parallel, seed, pooling, progress: report }),
        );
      }
    } finally {
      await server.close();
      await engine.close();
    }
    const notes = [
      `${problemCount} problems of the test split (seed ${seed}), all bands; ${parallel} at once; 95 % intervals, problems resampled`,
      "embedded: the engine in this process; the others: the same engine behind the model server, over the loopback, by the official clients",
      ...(services.size > 0
        ? ["services: the default request (adaptive) over four processes, verified by the process reward model"]
        : []),
      warnings.length === 0 ? "no adapter had to warn of anything" : `warnings: ${[...new Set(warnings)].join("; ")}`,
    ];
    return {
      title: "The same model through every adapter",
      notes,
      tables: [directTable(direct, samples), ...(services.size > 0 ? [serviceTable(services)] : [])],
      figures: { direct: Object.fromEntries(direct), services: Object.fromEntries(services), warnings },
    };
  },
};

interface Direct {
  readonly runs: readonly DirectRun[];
  readonly serverTokens: number | undefined;
}

const serviceRows: readonly (readonly [name: string, kind: AdapterKind, pooling: boolean])[] = [
  ...adapterKinds.map((kind) => [kind, kind, false] as const),
  ["vllm, steps scored by /pooling", "vllm", true],
];

const score = (right: boolean) => (right ? 1 : 0);

/** Tokens of the adapters' own account against the server's. */
function account(own: number, server: number | undefined): string {
  if (server === undefined) return "–";
  return own === server ? "equal" : `${own > server ? "+" : ""}${own - server}`;
}

function directTable(all: ReadonlyMap<AdapterKind, Direct>, samples: number): Table {
  const base = all.get("embedded")?.runs ?? [];
  const rows = [...all].map(([kind, { runs, serverTokens }]) => {
    const differences = runs.map((run, i) => score(run.voteRight) - score(base[i]?.voteRight ?? false));
    const tokens = runs.reduce((sum, run) => sum + run.outputTokens, 0);
    const same = runs.filter((run, i) => run.greedyText === base[i]?.greedyText).length;
    return [
      kind,
      percentWithInterval(estimateMean(runs.map((run) => score(run.greedyRight)))),
      `${same} of ${runs.length}`,
      percentWithInterval(estimateMean(runs.map((run) => score(run.voteRight)))),
      kind === "embedded" ? "" : pointsWithInterval(estimateMean(differences)),
      count(tokens),
      account(tokens, serverTokens),
      count(runs.reduce((sum, run) => sum + run.failures, 0)),
    ];
  });
  const columns = [
    "adapter",
    "greedy",
    "same text",
    `vote of ${samples}`,
    "against embedded, points",
    "output tokens",
    "server's count",
    "failed",
  ];
  return { caption: "The adapters alone", columns, rows };
}

function serviceTable(all: ReadonlyMap<string, ServiceRun>): Table {
  const base = all.get("embedded")?.runs ?? [];
  const rows = [...all].map(([name, { runs, serverTokens, poolingTokens }]) => {
    const differences = runs.map((run, i) => score(run.correct) - score(base[i]?.correct ?? false));
    const tokens = runs.reduce((sum, run) => sum + run.outputTokens, 0);
    const verifierTokens = runs.reduce((sum, run) => sum + run.verifierTokens, 0);
    return [
      name,
      percentWithInterval(estimateMean(runs.map((run) => score(run.correct)))),
      name === "embedded" ? "" : pointsWithInterval(estimateMean(differences)),
      decimal(runs.reduce((sum, run) => sum + run.samples, 0) / runs.length, 2),
      decimal(tokens / runs.length),
      account(tokens, serverTokens),
      decimal(verifierTokens / runs.length),
      account(verifierTokens, poolingTokens),
    ];
  });
  const columns = [
    "adapter",
    "right",
    "against embedded, points",
    "samples a solve",
    "output tokens a solve",
    "ledgers against the server",
    "verifier tokens a solve",
    "against /pooling",
  ];
  return { caption: "Through the services", columns, rows };
}
