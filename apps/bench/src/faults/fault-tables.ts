import { estimateMean } from "../bootstrap-mean.ts";
import { count, decimal, percentWithInterval, pointsWithInterval } from "../format.ts";
import type { Table } from "../markdown-table.ts";
import { type FaultedSolve, isLedgerRight, outputTokensOf } from "./run-fault-case.ts";

/** One row of the fault table, measured. */
export interface FaultRow {
  readonly name: string;
  readonly shown: number;
  readonly solves: readonly FaultedSolve[];
  /** Of the services and of this process. */
  readonly rejections: number;
  readonly seconds: number;
}

/** What became of the solves: outcomes, accuracy against the row `none`, time. */
export function fateTable(rows: readonly FaultRow[]): Table {
  const baseline = rows.find(({ name }) => name === "none");
  const cells = rows.map((row) => {
    const of = (fate: FaultedSolve["fate"]) => row.solves.filter((solve) => solve.fate === fate).length;
    const correct = row.solves.map((solve) => Number(solve.correct));
    const lost = baseline?.solves.map((solve, i) => Number(solve.correct) - Number(row.solves[i]?.correct));
    const latencies = row.solves.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))];
    return [
      row.name,
      count(row.shown),
      count(of("answered")),
      count(of("unanswered")),
      count(of("failed")),
      count(of("hung")),
      count(row.rejections),
      percentWithInterval(estimateMean(correct)),
      row === baseline ? "–" : pointsWithInterval(lost && estimateMean(lost)),
      `${decimal((at(0.5) ?? 0) / 1000, 2)} s`,
      `${decimal((at(0.99) ?? 0) / 1000, 2)} s`,
    ];
  });
  const columns = [
    "fault",
    "shown",
    "answered",
    "no answer",
    "error",
    "hung",
    "unhandled rejections",
    "accuracy",
    "accuracy lost",
    "p50",
    "p99",
  ];
  return { caption: "What becomes of a solve", columns, rows: cells };
}

/** The ledgers beside the server's own account. */
export function ledgerTable(rows: readonly FaultRow[]): Table {
  const cells = rows.map(({ name, solves }) => {
    const sum = (value: (solve: FaultedSolve) => number) => solves.reduce((total, solve) => total + value(solve), 0);
    return [
      name,
      count(solves.filter((solve) => isLedgerRight(solve) === false).length),
      count(solves.filter((solve) => solve.ledger === undefined).length),
      count(sum(({ ledger }) => (ledger ? outputTokensOf(ledger) : 0))),
      count(sum(({ server }) => server.outputTokens)),
      count(sum(({ ledger }) => ledger?.cancelledTokens ?? 0)),
      count(sum(({ ledger }) => (ledger?.failedTokens ?? 0) + (ledger?.hedgedTokens ?? 0))),
      count(sum(({ ledger }) => ledger?.promptTokens ?? 0)),
      count(sum(({ server }) => server.promptTokens)),
      count(sum(({ samplesFailed }) => samplesFailed)),
    ];
  });
  const columns = [
    "fault",
    "wrong ledgers",
    "without ledger",
    "output, ledger",
    "output, server",
    "of it cancelled",
    "failed or unused",
    "prompts, ledger",
    "prompts, server",
    "samples failed",
  ];
  return { caption: "Tokens, as the ledgers have them and as the server has counted them", columns, rows: cells };
}

/** What is kept of a solve in the figures. */
export function briefSolve({
  id,
  fate,
  correct,
  latencyMs,
  stopReason,
  why,
  degradations,
  ledger,
  server,
}: FaultedSolve) {
  return { id, fate, correct, latencyMs: Math.round(latencyMs), stopReason, why, degradations, ledger, server };
}
