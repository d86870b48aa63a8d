import { bandOf, type ModelCurves, type SearchCosts, type SearchPoint } from "@reckon/planning";
import { bootstrapInterval, mean } from "@reckon/stats";
import type { CellRuns } from "../methods/cells.ts";
import { runsOf } from "../methods/run-file.ts";
import type { MethodRun } from "../methods/solve-direct.ts";
import { replayVote } from "../replay/replay-vote.ts";
import type { ProblemRecord, Records } from "../sample-record.ts";
import { difficultyOf } from "./fit-curves.ts";

/** How a search and a vote of as many output tokens did on one problem. */
export interface SearchPair {
  readonly problem: ProblemRecord;
  readonly run: MethodRun;
  /** Share of the orders of its samples in which the vote was right. */
  readonly vote: number;
}

/** Orders of a problem's samples over which its votes are averaged. */
const ORDERS = 4;
const RESAMPLES = 1000;

/**
 * Lays the runs of a search beside weighted votes of the recorded samples of the same problems, at as many output tokens on average: between the two whole
 * numbers of samples around them it is interpolated. Throws where a problem has no run or the records have too few samples.
 */
export function searchPairs({ method, budget, runs }: CellRuns, records: Records): SearchPair[] {
  const { origin, problems } = records;
  const solved = runsOf(problems, runs, `${method} at ${budget}`);
  const one = mean(problems.flatMap(({ samples }) => samples.map(({ tokens }) => tokens))) ?? 1;
  const votes = (mean(solved.map(({ outputTokens }) => outputTokens)) ?? 0) / one;
  const [below, above] = [Math.max(1, Math.floor(votes)), Math.max(1, Math.ceil(votes))];
  if (above > origin.samples) {
    throw new Error(
      `${method} at ${budget} takes ${votes.toFixed(1)} samples' tokens, the records have ${origin.samples}`,
    );
  }
  const [low, high] = [below, above].map((samples) => votesAt(records, samples)) as [number[], number[]];
  return problems.map((problem, i) => {
    const run = solved[i] as MethodRun;
    const part = above === below ? 0 : votes - below;
    return { problem, run, vote: (1 - part) * (low[i] as number) + part * (high[i] as number) };
  });
}

/** Share of orders in which a weighted vote of so many samples was right, by problem. */
function votesAt(records: Records, samples: number): number[] {
  const right = new Map<ProblemRecord, number>();
  for (const { problem, correct } of replayVote(records, "weighted-vote", samples, ORDERS)) {
    right.set(problem, (right.get(problem) ?? 0) + Number(correct) / ORDERS);
  }
  return records.problems.map((problem) => right.get(problem) ?? 0);
}

/** What a search adds to a vote in log-odds, pooled over all problems, and what it costs, band by band. */
export function searchPoint(
  { method, size }: { readonly method: SearchPoint["method"]; readonly size: number },
  pairs: readonly SearchPair[],
  curves: ModelCurves,
): SearchPoint {
  const gain = (some: readonly SearchPair[]) => {
    const odds = (right: number) => Math.log((right + 0.5) / (some.length - right + 0.5));
    const sum = (value: (pair: SearchPair) => number) => some.reduce((total, pair) => total + value(pair), 0);
    return odds(sum(({ run }) => Number(run.correct))) - odds(sum(({ vote }) => vote));
  };
  const { low, high } = bootstrapInterval(pairs, gain, { resamples: RESAMPLES, seed: 1 });
  const bands = pairs.map(({ problem }) => bandOf(curves, difficultyOf(problem).score));
  return {
    ...{ method, samples: size, logOdds: gain(pairs), standardError: (high - low) / (2 * 1.96) },
    costs: curves.bands.map((band) => costsOf(pairs.filter((_, i) => bands[i] === band).map(({ run }) => run))),
  };
}

/** What runs cost on average. */
export function costsOf(runs: readonly MethodRun[]): SearchCosts {
  const average = (value: (run: MethodRun) => number | undefined) => mean(runs.map((run) => value(run) ?? 0)) ?? 0;
  return {
    calls: average((run) => run.calls),
    outputTokens: average((run) => run.outputTokens),
    promptTokens: average((run) => run.promptTokens),
    verifierTokens: average((run) => run.verifierTokens),
  };
}
