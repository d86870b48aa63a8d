import { createReckon } from "@reckon/client";
import { createClusterObserver } from "../cluster/observe.ts";
import { startCluster } from "../cluster/start-cluster.ts";
import { count, decimal } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import { median } from "../median.ts";
import type { Part } from "../part.ts";
import { testProblems } from "../problems.ts";
import { compareLedger, type LedgerComparison } from "./compare-ledger.ts";
import { measureStop, type StopMeasurement, type StopWay } from "./measure-stops.ts";
import { type VanishMeasurement, vanish } from "./vanish.ts";

const ways: readonly StopWay[] = ["stop rule", "cancel", "client left"];

/** Whether a stop really stops: live samples, counted tokens, and what vanished clients leave behind. */
export const earlyStopPart: Part = {
  name: "early-stop",
  summary: "how soon samples are gone after a stop, ledger against the engine's count, 100 clients that vanish",
  flags: { count: { type: "string" }, clients: { type: "string" }, seed: { type: "string" } },
  async run(flags, progress) {
    const stops = integerFlag(flags, "count", 20, 1, 1000);
    const clients = integerFlag(flags, "clients", 100, 1, 1000);
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const cluster = await startCluster({ env: { RECKON_SESSIONS_GRACE: "0" } });
    const observer = createClusterObserver(cluster);
    try {
      const reckon = createReckon({ url: cluster.url });
      const prompts = testProblems(60, seed)
        .filter((problem) => problem.band !== "easy")
        .map((problem) => problem.prompt);
      const measured: StopMeasurement[] = [];
      for (const way of ways) {
        progress(`stops: ${way}`);
        for (let i = 0; i < stops; i += 1) {
          const one = await measureStop(reckon, observer, prompts[i % prompts.length] as string, way);
          if (one !== undefined) measured.push(one);
        }
      }
      progress("ledger");
      const ledger = await compareLedger(reckon, observer, prompts);
      progress(`${clients} clients vanish`);
      const vanished = await vanish(cluster, observer, clients, 60_000);
      return {
        title: "Early stop",
        notes: [
          "live samples as the model-proxy's GetLoad tells them, asked without a pause over gRPC; times hold the answer's way back",
          "stop rule: from the client's receipt of the last confidence before the end; cancel: from calling the Cancel RPC; client left: from leaving the stream",
        ],
        tables: [stopTable(measured), ledgerTable(ledger), vanishTable(vanished)],
        figures: { stops: measured, ledger, vanished },
      };
    } finally {
      observer.close();
      await cluster.stop();
    }
  },
};

function stopTable(measured: readonly StopMeasurement[]): Table {
  const rows = ways.map((way) => {
    const some = measured.filter((one) => one.way === way);
    const times = some.map((one) => one.toZeroMs);
    return [
      way,
      `${some.length}`,
      decimal(median(some.map((one) => one.liveBefore)), 0),
      `${decimal(median(times))} ms`,
      `${decimal(times.length === 0 ? undefined : Math.max(...times))} ms`,
    ];
  });
  const columns = ["", "stops", "live before (median)", "to 0 live (median)", "to 0 live (most)"];
  return { caption: "From a stop until no sample is live", columns, rows };
}

function ledgerTable({ solves, samplesCancelled, ledger, engine }: LedgerComparison): Table {
  const row = (name: string, one: number, other: number) => [name, count(one), count(other), count(one - other)];
  return {
    caption: `Tokens of ${solves} solves with ${samplesCancelled} cancelled samples`,
    columns: ["", "ledgers", "engine", "difference"],
    rows: [
      row("cancelled", ledger.cancelledTokens, engine.cancelledTokens),
      row("all output", ledger.outputTokens, engine.outputTokens),
    ],
  };
}

function vanishTable({ clients, before, after, toIdleMs }: VanishMeasurement): Table {
  const names = Object.keys(before.liveHandlers);
  return {
    caption: `${clients} clients killed in mid-stream: nothing left after ${decimal(toIdleMs, 0)} ms`,
    columns: ["", ...names.map((name) => `${name} handlers`), "live samples"],
    rows: [
      ["before", ...names.map((name) => `${before.liveHandlers[name]}`), `${before.liveSamples}`],
      ["after", ...names.map((name) => `${after.liveHandlers[name]}`), `${after.liveSamples}`],
    ],
  };
}
