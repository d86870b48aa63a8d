import { brierScore, calibrationError, mean, type Prediction, quantile, reliabilityTable } from "@reckon/stats";
import { type Estimate, estimateMean, estimateStatistic } from "./bootstrap-mean.ts";
import { count, decimal, percent, percentWithInterval, pointsWithInterval } from "./format.ts";
import type { Table } from "./markdown-table.ts";
import type { Report } from "./part.ts";
import { fixedSelfConsistency } from "./policies.ts";
import { groups } from "./problems.ts";
import type { SolveRun } from "./run-policy.ts";

/** How the runs were made, for the notes. */
export interface StrategiesSettings {
  readonly count: number;
  readonly seed: number;
  readonly parallel: number;
  readonly checker: boolean;
}

type Runs = Readonly<Record<string, readonly SolveRun[]>>;

const inGroup = (runs: readonly SolveRun[], group: string) =>
  runs.filter((run) => group === "all" || run.band === group);

/** Tables over the runs of each policy; the first is the one to quote. */
export function strategiesReport(runs: Runs, settings: StrategiesSettings): Report {
  const comparison = Object.hasOwn(runs, fixedSelfConsistency.name) ? comparedWithFixed(runs) : undefined;
  const confidence = runs.adaptive === undefined ? undefined : confidenceOf(runs.adaptive);
  return {
    title: "Strategies over the four services",
    notes: [
      `${settings.count} problems of the test split (seed ${settings.seed}), a third in each band, ${settings.parallel} at once, temperature as planned`,
      settings.checker
        ? "verifiers: process reward model and programmatic checker. The checker knows the answer of bare expressions and equations exactly: these are not the model's own figures"
        : "verifiers: the process reward model alone; the programmatic checker was off, so gains are the model's own",
      "output tokens are of all roles: answer, cancelled, failed; verifier tokens are what the process reward model read",
      "each policy had fresh processes and an empty history",
    ],
    tables: [
      accuracyTable(runs),
      spendingTable(runs),
      ...(comparison === undefined ? [] : [comparison.table]),
      stopTable(runs),
      ...(confidence === undefined ? [] : [confidence.table]),
    ],
    figures: { settings, policies: figuresOf(runs), comparison: comparison?.figures, confidence: confidence?.figures },
  };
}

function accuracyTable(runs: Runs): Table {
  const rows = Object.entries(runs).map(([name, all]) => [
    name,
    ...groups.map((group) => percentWithInterval(accuracyOf(inGroup(all, group)))),
  ]);
  return { caption: "Right answers", columns: ["", ...groups], rows };
}

function accuracyOf(runs: readonly SolveRun[]): Estimate | undefined {
  return estimateMean(runs.map((run) => Number(run.correct)));
}

function spendingTable(runs: Runs): Table {
  const rows = Object.entries(runs).flatMap(([name, all]) =>
    groups.map((group) => {
      const some = inGroup(all, group);
      const of = (value: (run: SolveRun) => number) => mean(some.map(value));
      const latencies = some.map((run) => run.latencyMs);
      return [
        `${name}, ${group}`,
        decimal(of((run) => run.samples)),
        decimal(of((run) => run.steps)),
        count(of((run) => run.outputTokens)),
        count(of((run) => run.verifierTokens)),
        `${count(quantile(latencies, 0.5))} ms`,
        `${count(quantile(latencies, 0.95))} ms`,
        decimal(
          of((run) => run.difficulty),
          2,
        ),
      ];
    }),
  );
  const columns = [
    "mean of a solve",
    "samples",
    "steps",
    "output tokens",
    "verifier tokens",
    "median latency",
    "95 %",
    "difficulty",
  ];
  return { caption: "What a solve spends", columns, rows };
}

function comparedWithFixed(runs: Runs): { table: Table; figures: Record<string, unknown> } {
  const fixed = new Map((runs[fixedSelfConsistency.name] ?? []).map((run) => [run.id, run]));
  const figures: Record<
    string,
    Record<string, { difference?: Estimate; share?: Estimate; shareWithVerifier?: Estimate }>
  > = {};
  const rows: string[][] = [];
  for (const [name, all] of Object.entries(runs)) {
    if (name === fixedSelfConsistency.name) continue;
    figures[name] = {};
    for (const group of groups) {
      const pairs = inGroup(all, group).flatMap((run) => {
        const other = fixed.get(run.id);
        return other === undefined ? [] : [{ run, other }];
      });
      const share = (tokens: (run: SolveRun) => number) =>
        estimateStatistic(pairs, (drawn) => sum(drawn, (p) => tokens(p.run)) / sum(drawn, (p) => p.other.outputTokens));
      const result = {
        difference: estimateMean(pairs.map(({ run, other }) => Number(run.correct) - Number(other.correct))),
        share: share((run) => run.outputTokens),
        shareWithVerifier: share((run) => run.outputTokens + run.verifierTokens),
      };
      figures[name][group] = result;
      rows.push([
        `${name}, ${group}`,
        pointsWithInterval(result.difference),
        percentWithInterval(result.share),
        percentWithInterval(result.shareWithVerifier),
      ]);
    }
  }
  const columns = ["", "points of accuracy", "share of its output tokens", "with verifier tokens"];
  return { table: { caption: `Against ${fixedSelfConsistency.name}, paired by problem`, columns, rows }, figures };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function stopTable(runs: Runs): Table {
  const reasons = [...new Set(Object.values(runs).flatMap((all) => all.map((run) => run.stopReason ?? "unknown")))];
  const rows = Object.entries(runs).map(([name, all]) => [
    name,
    ...reasons.map((reason) => percent(mean(all.map((run) => Number((run.stopReason ?? "unknown") === reason))))),
    percent(mean(all.map((run) => Number(run.escalations > 0)))),
    percent(mean(all.map((run) => Number(run.degradations.length > 0)))),
    percent(mean(all.map((run) => Number(run.answer === undefined)))),
  ]);
  return { caption: "How solves ended", columns: ["", ...reasons, "escalated", "degraded", "no answer"], rows };
}

function confidenceOf(runs: readonly SolveRun[]): { table: Table; figures: Record<string, unknown> } {
  const predictions = runs.flatMap((run): Prediction[] =>
    run.confidence === undefined ? [] : [{ probability: run.confidence, correct: run.correct }],
  );
  const ece = estimateStatistic(predictions, (drawn) => calibrationError(drawn) ?? 0);
  const brier = estimateStatistic(predictions, (drawn) => brierScore(drawn) ?? 0);
  const bins = reliabilityTable(predictions);
  const kinds = [...new Set(runs.map((run) => run.confidenceKind))].join(", ");
  const caption = `Confidence of adaptive (${kinds}): ECE ${decimal(ece?.value, 3)} [${decimal(ece?.low, 3)}, ${decimal(ece?.high, 3)}] in 15 bins of equal mass, Brier ${decimal(brier?.value, 3)}`;
  const rows = bins.map((bin, i) => [`${i + 1}`, `${bin.count}`, percent(bin.meanProbability), percent(bin.accuracy)]);
  return {
    table: { caption, columns: ["bin", "solves", "mean confidence", "right"], rows },
    figures: { ece, brier, bins, kinds },
  };
}

function figuresOf(runs: Runs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      Object.fromEntries(
        groups.map((group) => {
          const some = inGroup(all, group);
          return [
            group,
            {
              accuracy: accuracyOf(some),
              samples: mean(some.map((run) => run.samples)),
              steps: mean(some.map((run) => run.steps)),
              outputTokens: mean(some.map((run) => run.outputTokens)),
              verifierTokens: mean(some.map((run) => run.verifierTokens)),
              medianLatencyMs: quantile(
                some.map((run) => run.latencyMs),
                0.5,
              ),
            },
          ];
        }),
      ),
    ]),
  );
}
