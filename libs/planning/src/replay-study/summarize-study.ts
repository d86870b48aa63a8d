import { bootstrapInterval, type Interval, mean } from "@reckon/stats";
import type { ProblemResult } from "./replay-study.ts";

/** A value with its 95 % interval; `undefined` where it is not known. */
export type Estimated = (Interval & { readonly value: number }) | undefined;

/** A rule beside its baseline over the same draws of the same problems. */
export interface StudySummary {
  /** In [0, 1]. */
  readonly accuracy: Estimated;
  /** Output tokens, as a part of the baseline's. */
  readonly tokensFraction: Estimated;
  /** Tokens on the critical path, as a part of the baseline's. */
  readonly latencyFraction: Estimated;
  /** The most that any problem's accuracy falls below the baseline's; in [0, 1]. */
  readonly worstProblemLoss: Estimated;
  /** Its id. */
  readonly worstProblem: string | undefined;
  /** Accuracy less the baseline's, paired by problem, in [-1, 1]. */
  readonly accuracyDifference: Estimated;
  /** Output tokens less the baseline's, a problem. */
  readonly tokensDifference: Estimated;
  readonly latencyDifference: Estimated;
  readonly meanTokens: number;
  readonly meanLatencyTokens: number;
  readonly meanStarted: number;
  readonly meanVoted: number;
}

interface Pair {
  readonly mine: ProblemResult;
  readonly base: ProblemResult;
}

const RESAMPLES = 1000;

/**
 * Summarises one rule's results against those of a baseline, problem by problem: each figure with a percentile bootstrap interval over
 * problems (1,000 resamples). Accuracy is over problems of which it is known what is right; `undefined` where
 * there are none. Fractions are ratios of sums over problems.
 */
export function summarizeStudy(
  results: readonly ProblemResult[],
  baseline: readonly ProblemResult[],
  seed = 1,
): StudySummary {
  const pairs = results.map((mine, i): Pair => ({ mine, base: baseline[i] as ProblemResult }));
  const judged = pairs.filter(({ mine, base }) => mine.accuracy !== undefined && base.accuracy !== undefined);
  const over = (items: readonly Pair[], statistic: (items: readonly Pair[]) => number): Estimated =>
    items.length === 0
      ? undefined
      : { value: statistic(items), ...bootstrapInterval(items, statistic, { resamples: RESAMPLES, seed }) };
  const sum = (items: readonly Pair[], of: (pair: Pair) => number) => items.reduce((total, one) => total + of(one), 0);
  const average = (of: (pair: Pair) => number) => (items: readonly Pair[]) => sum(items, of) / items.length;
  const ratio = (of: (result: ProblemResult) => number) => (items: readonly Pair[]) => {
    const base = sum(items, (pair) => of(pair.base));
    return base === 0 ? 1 : sum(items, (pair) => of(pair.mine)) / base;
  };
  const loss = ({ mine, base }: Pair) => (base.accuracy ?? 0) - (mine.accuracy ?? 0);
  const worst = judged.reduce<Pair | undefined>(
    (most, pair) => (most === undefined || loss(pair) > loss(most) ? pair : most),
    undefined,
  );
  const meanOf = (of: (result: ProblemResult) => number) => mean(results.map(of)) ?? 0;
  return {
    accuracy: over(
      judged,
      average((pair) => pair.mine.accuracy ?? 0),
    ),
    tokensFraction: over(
      pairs,
      ratio((result) => result.tokens),
    ),
    latencyFraction: over(
      pairs,
      ratio((result) => result.latency),
    ),
    worstProblemLoss: over(judged, (items) => items.reduce((most, pair) => Math.max(most, loss(pair)), 0)),
    worstProblem: worst?.mine.id,
    accuracyDifference: over(
      judged,
      average((pair) => -loss(pair)),
    ),
    tokensDifference: over(
      pairs,
      average(({ mine, base }) => mine.tokens - base.tokens),
    ),
    latencyDifference: over(
      pairs,
      average(({ mine, base }) => mine.latency - base.latency),
    ),
    meanTokens: meanOf((result) => result.tokens),
    meanLatencyTokens: meanOf((result) => result.latency),
    meanStarted: meanOf((result) => result.started),
    meanVoted: meanOf((result) => result.voted),
  };
}
