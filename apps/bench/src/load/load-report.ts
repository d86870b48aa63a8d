import { count, decimal, percent } from "../format.ts";
import type { Table } from "../markdown-table.ts";
import type { Overload } from "./overload.ts";

/** N of every solve. */
export const samples = 8;
/** Waited before memory is looked at again. */
export const settleMs = 30_000;

/** Many solves at once. */
export interface Burst {
  readonly atOnce: number;
  readonly seconds: number;
  readonly solvesPerSecond: number;
  readonly solved: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly degraded: number;
  readonly addedP50Ms: number | undefined;
  readonly addedP99Ms: number | undefined;
  readonly memory: Memory;
}

/** Resident bytes by process. */
export interface Memory {
  readonly before: Readonly<Record<string, number>>;
  readonly peak: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
}

/** One load beyond capacity. */
export interface OverloadRun extends Overload {
  readonly factor: number;
}

/** What happened beyond capacity. */
export interface Beyond {
  readonly capacity: number;
  readonly usualP99Ms: number | undefined;
  readonly runs: readonly OverloadRun[];
  readonly memory: Memory;
}

const megabytes = (bytes: number | undefined) => `${decimal((bytes ?? 0) / 1e6, 0)} MB`;

function memoryTable(caption: string, { before, peak, after }: Memory): Table {
  const rows = Object.keys(before).map((name) => [
    name,
    megabytes(before[name]),
    megabytes(peak[name]),
    megabytes(after[name]),
  ]);
  return { caption, columns: ["process", "before", "peak", `${settleMs / 1000} s after`], rows };
}

/** Tables of many solves at once. */
export function burstTables(burst: Burst): Table[] {
  const failed = Object.entries(burst.failed).map(([code, times]) => `${times} ${code}`);
  return [
    {
      caption: `${count(burst.atOnce)} solves at once`,
      columns: ["", "measured"],
      rows: [
        ["solves with an answer", count(burst.solved)],
        ["others", failed.length === 0 ? "0" : failed.join(", ")],
        ["of the solves, degraded", count(burst.degraded)],
        ["solves per second", decimal(burst.solvesPerSecond)],
        ["samples per second", decimal(burst.solvesPerSecond * samples, 0)],
        ["added latency, p50", `${decimal(burst.addedP50Ms, 0)} ms`],
        ["added latency, p99", `${decimal(burst.addedP99Ms, 0)} ms`],
      ],
    },
    memoryTable("Resident memory, all at once", burst.memory),
  ];
}

/** Tables of the loads beyond capacity. */
export function overloadTables({ capacity, usualP99Ms, runs, memory }: Beyond): Table[] {
  const rows = runs.flatMap((run) =>
    (["high", "normal", "low"] as const).map((priority) => {
      const { arrived, answered, refused, retryTold, others, meanSamples, p50Ms, p99Ms } = run.byPriority[priority];
      return [
        `${run.factor}x`,
        priority,
        count(arrived),
        percent(answered / arrived),
        percent(refused / arrived),
        refused === 0 ? "–" : percent(retryTold / refused, 0),
        count(others),
        decimal(meanSamples),
        `${decimal(p50Ms, 0)} ms`,
        `${decimal(p99Ms, 0)} ms`,
        decimal((p99Ms ?? Number.NaN) / (usualP99Ms ?? Number.NaN), 2),
      ];
    }),
  );
  const columns = [
    "load",
    "priority",
    "arrived",
    "answered",
    "refused",
    "told when to retry",
    "other ends",
    "samples a solve",
    "p50",
    "p99",
    "p99 / usual",
  ];
  return [
    {
      caption: `Beyond capacity (${decimal(capacity)} solves a second with N = ${samples}, p99 ${decimal(usualP99Ms, 0)} ms)`,
      columns,
      rows,
    },
    memoryTable("Resident memory, beyond capacity", memory),
  ];
}
