import {
  type Estimated,
  type ProblemResult,
  type StopSetup,
  type StudySummary,
  summarizeStudy,
  writeStop,
} from "@reckon/planning";

/** What a replay came to, ready to be shown. */
export interface StudyReport {
  readonly rule: StopSetup;
  readonly baselineRule: StopSetup;
  readonly summary: StudySummary;
  readonly baseline: StudySummary;
  readonly problems: number;
  /** Problems of which it is known which answers are right. */
  readonly judged: number;
  readonly draws: number;
  readonly seed: number;
  readonly stops: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** The mean over problems of how often draws ended for each reason. */
export function meanStops(results: readonly ProblemResult[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { stops } of results) {
    for (const [reason, share] of Object.entries(stops)) sums[reason] = (sums[reason] ?? 0) + share / results.length;
  }
  return sums;
}

/** Summaries of the rule and of the baseline itself. */
export function summariesOf(mine: readonly ProblemResult[], base: readonly ProblemResult[], seed: number) {
  return { summary: summarizeStudy(mine, base, seed), baseline: summarizeStudy(base, base, seed) };
}

function figures(setup: StopSetup, summary: StudySummary): Record<string, unknown> {
  const intervals: Record<string, unknown> = {};
  const add = (name: string, estimated: Estimated) => {
    intervals[name] = estimated?.value ?? null;
    intervals[`${name}_interval`] = estimated === undefined ? null : [estimated.low, estimated.high];
  };
  add("accuracy", summary.accuracy);
  add("tokens_fraction", summary.tokensFraction);
  add("latency_fraction", summary.latencyFraction);
  add("worst_problem_loss", summary.worstProblemLoss);
  return {
    rule: writeStop(setup),
    ...intervals,
    worst_problem: summary.worstProblem ?? null,
    mean_tokens: summary.meanTokens,
    mean_latency_tokens: summary.meanLatencyTokens,
    mean_samples_started: summary.meanStarted,
    mean_samples_voted: summary.meanVoted,
  };
}

/** The report as one JSON object; fractions in [0, 1], differences of accuracy in points, unknown figures null. */
export function reportJson(report: StudyReport): Record<string, unknown> {
  const { summary } = report;
  const points = (one: Estimated) =>
    one === undefined
      ? { value: null, interval: null }
      : { value: 100 * one.value, interval: [100 * one.low, 100 * one.high] };
  const plain = (one: Estimated) =>
    one === undefined ? { value: null, interval: null } : { value: one.value, interval: [one.low, one.high] };
  return {
    default: { ...figures(report.rule, summary), stops: report.stops },
    baseline: figures(report.baselineRule, report.baseline),
    paired: {
      accuracy_difference_points: points(summary.accuracyDifference),
      worst_problem_loss_points: points(summary.worstProblemLoss),
      tokens_difference: plain(summary.tokensDifference),
      latency_tokens_difference: plain(summary.latencyDifference),
    },
    n_problems: report.problems,
    n_problems_judged: report.judged,
    draws: report.draws,
    seed: report.seed,
    ...(report.notes.length > 0 && { notes: report.notes }),
  };
}

const percent = (one: Estimated, digits = 1) =>
  one === undefined
    ? "not known"
    : `${(100 * one.value).toFixed(digits)} % [${(100 * one.low).toFixed(digits)}, ${(100 * one.high).toFixed(digits)}]`;
const points = (one: Estimated) =>
  one === undefined
    ? "not known"
    : `${one.value >= 0 ? "+" : ""}${(100 * one.value).toFixed(2)} points [${(100 * one.low).toFixed(2)}, ${(100 * one.high).toFixed(2)}]`;

/** The report for people, a line an item. */
export function reportLines(report: StudyReport): string[] {
  const { summary, baseline } = report;
  const row = (name: string, mine: string, base: string) => `  ${name.padEnd(12)}${mine.padEnd(30)}${base}`;
  const stops = Object.entries(report.stops).map(([reason, share]) => `${reason} ${(100 * share).toFixed(0)} %`);
  return [
    `rule      ${writeStop(report.rule)}`,
    `baseline  ${writeStop(report.baselineRule)}`,
    `${report.problems} problems, ${report.draws} draws each, seed ${report.seed}; 95 % intervals over problems`,
    ...report.notes,
    "",
    row("", "rule", "baseline"),
    row("accuracy", percent(summary.accuracy), percent(baseline.accuracy)),
    row("tokens", percent(summary.tokensFraction), `100 %, ${baseline.meanTokens.toFixed(0)} a problem`),
    row("latency", percent(summary.latencyFraction), `100 %, ${baseline.meanLatencyTokens.toFixed(0)} tokens`),
    row("samples", `${summary.meanStarted.toFixed(1)} started`, `${baseline.meanStarted.toFixed(1)} started`),
    "",
    `  paired      ${points(summary.accuracyDifference)}`,
    `  worst       ${summary.worstProblem === undefined ? "not known" : `${percent(summary.worstProblemLoss)} lost, ${summary.worstProblem}`}`,
    `  stops       ${stops.join(", ")}`,
  ];
}
