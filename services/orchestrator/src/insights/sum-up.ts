import type { CalibrationNow, Distribution, Insights, StrategyLogEntry } from "@reckon/core";
import { auc, brierScore, estimateCalibrationError, mean, predictionBins, quantile } from "@reckon/stats";
import type { RememberedSolve } from "./solve-memory.ts";

/** Fewer reported outcomes than this say nothing of a calibration error: agreement stands in, and is said to. */
const enoughReported = 50;

const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const counts = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const milliseconds = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 600_000];

/** The parts of insights that solves alone tell. */
export type SolveSummary = Omit<Insights, "queueDepth" | "thinking" | "forgotten">;

/** Sums up solves, the newest first; at most `logEntries` of them are in the log. */
export function sumUp(solves: readonly RememberedSolve[], logEntries: number): SolveSummary {
  const all = (of: (solve: RememberedSolve) => number | undefined) => solves.flatMap((solve) => of(solve) ?? []);
  const sum = (of: (solve: RememberedSolve) => number) => solves.reduce((total, solve) => total + of(solve), 0);
  return {
    solves: solves.length,
    earliestMs: solves.at(-1)?.endedAtMs,
    difficulty: distribution(
      all((solve) => solve.difficulty),
      tenths,
    ),
    confidence: distribution(
      all((solve) => solve.confidence?.value),
      tenths,
    ),
    steps: distribution(
      all((solve) => solve.meanSteps),
      counts,
    ),
    samples: distribution(
      all((solve) => solve.samplesStarted),
      counts,
    ),
    latencyMs: distribution(
      all((solve) => solve.latencyMs),
      milliseconds,
    ),
    timeoutRate: solves.length === 0 ? 0 : sum((solve) => Number(solve.stopReason === "deadline")) / solves.length,
    calibration: calibrationOf(solves),
    tokens: sum((solve) => solve.tokens),
    tokensSaved: sum((solve) => solve.tokensSaved),
    log: solves.slice(0, logEntries).map(entryOf),
  };
}

function entryOf({ tenantId: _, meanSteps: __, agreement: ___, ...entry }: RememberedSolve): StrategyLogEntry {
  return entry;
}

function distribution(values: readonly number[], ends: readonly number[]): Distribution {
  const at = (p: number) => quantile(values, p) ?? 0;
  return {
    ...{ count: values.length, mean: mean(values) ?? 0 },
    ...{ least: at(0), p10: at(0.1), p50: at(0.5), p90: at(0.9), most: at(1) },
    buckets: ends.map((upTo, i) => {
      const above = i === 0 ? Number.NEGATIVE_INFINITY : (ends[i - 1] as number);
      return { upTo, count: values.filter((value) => value > above && value <= upTo).length };
    }),
  };
}

/** How far the confidences of solves can be believed: by what was reported, else by how far samples agreed, a proxy. */
export function calibrationOf(solves: readonly RememberedSolve[]): CalibrationNow {
  const known = solves.flatMap(({ confidence, correct }) =>
    confidence === undefined || correct === undefined ? [] : [{ probability: confidence.value, correct }],
  );
  const reported = known.length;
  if (reported >= enoughReported) {
    // The interval is not asked for: one resample is the least that there is.
    const error = estimateCalibrationError(
      known.map((one) => [one]),
      { resamples: 1 },
    );
    return {
      ...{ basis: "reported", count: reported, reported },
      ...{ calibrationError: error?.value ?? 0, errorByChance: error?.byChance, brier: brierScore(known) },
      auroc: auc(known.map(({ probability, correct }) => ({ score: probability, positive: correct }))),
      meanConfidence: mean(known.map(({ probability }) => probability)) ?? 0,
      accuracy: mean(known.map(({ correct }) => Number(correct))) ?? 0,
    };
  }
  const shares = solves.flatMap(({ confidence, agreement }) =>
    confidence === undefined || agreement === undefined
      ? []
      : [{ probability: confidence.value, correct: false, agreement }],
  );
  const gaps = predictionBins(shares).map(
    (bin) => Math.abs(bin.reduce((sum, one) => sum + one.agreement - one.probability, 0)) / shares.length,
  );
  return {
    ...{ basis: shares.length === 0 ? "none" : "agreement", count: shares.length, reported },
    calibrationError: gaps.reduce((sum, gap) => sum + gap, 0),
    meanConfidence: mean(shares.map(({ probability }) => probability)) ?? 0,
    accuracy: mean(shares.map(({ agreement }) => agreement)) ?? 0,
  };
}
