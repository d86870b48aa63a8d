import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  CalibrationBasis,
  type Calibration as CalibrationMessage,
  type Distribution as DistributionMessage,
  type StrategyLogEntry as EntryMessage,
  type GetInsightsResponse,
} from "@reckon/proto/reckon/insights/v1/insights";
import { methods, stopReasons, strategies } from "./enums.ts";
import { confidenceFromProto, durationToMs } from "./from-proto.ts";
import type { CallOptions } from "./solve-options.ts";
import type { Confidence } from "./values.ts";
import type { Method, StopReason, Strategy } from "./vocabulary.ts";

/** What to sum up. */
export interface InsightsOptions extends CallOptions {
  /** Only solves that ended within this many milliseconds; default: all that are remembered. */
  readonly sinceMs?: number;
  /** The most entries of the strategy log; 0 to 1,000, default 20. */
  readonly logEntries?: number;
}

/** How a number was distributed over solves; all but `count` and the buckets are 0 where there are no values. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly least: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly most: number;
  /** Counts by range, the lowest first; `upTo` is inclusive. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/** How far confidences can be believed. */
export interface CalibrationNow {
  /** `reported`: by correctness that was reported; `agreement`: the share of samples that agreed stands in, a proxy. */
  readonly basis: "reported" | "agreement" | "none";
  readonly count: number;
  /** Expected calibration error, in [0, 1]. */
  readonly calibrationError: number;
  /** What it would be if every confidence were exactly true; with reported correctness only, as the next two. */
  readonly errorByChance: number | undefined;
  readonly brier: number | undefined;
  readonly auroc: number | undefined;
  readonly meanConfidence: number;
  /** Share that was right, or of agreement. */
  readonly accuracy: number;
  /** Solves whose correctness was reported. */
  readonly reported: number;
}

/** One solve: what was decided, why, and what came of it. */
export interface StrategyLogEntry {
  readonly endedAt: Date;
  readonly solveId: string;
  /** Equal questions have equal ones. */
  readonly questionHash: string;
  readonly difficulty: number;
  readonly strategy: Strategy | undefined;
  readonly method: Method | undefined;
  readonly plannedSamples: number;
  readonly plannedWindow: number;
  readonly model: string;
  readonly reasons: readonly string[];
  readonly stopReason: StopReason | undefined;
  readonly confidence: Confidence | undefined;
  readonly samplesStarted: number;
  readonly samplesVoted: number;
  readonly tokens: number;
  readonly tokensSaved: number;
  readonly latencyMs: number;
  /** Whether the answer was right, where somebody said so. */
  readonly correct: boolean | undefined;
}

/** How thinking has paid lately, for this client's tenant, in the process that answered. */
export interface Insights {
  readonly solves: number;
  /** Solves that were forgotten to make room. */
  readonly forgotten: number;
  readonly earliest: Date | undefined;
  readonly difficulty: Distribution;
  readonly confidence: Distribution;
  readonly steps: Distribution;
  readonly samples: Distribution;
  readonly latencyMs: Distribution;
  /** Share of solves that the deadline ended, in [0, 1]. */
  readonly timeoutRate: number;
  readonly queueDepth: number;
  readonly thinking: number;
  readonly calibration: CalibrationNow;
  readonly tokens: number;
  /** Not spent, against the plans' N. */
  readonly tokensSaved: number;
  /** The newest first. */
  readonly log: readonly StrategyLogEntry[];
}

/** Insights from the wire. */
export function insightsFromProto(message: GetInsightsResponse): Insights {
  return {
    solves: Number(message.solves),
    forgotten: Number(message.forgotten),
    earliest: message.earliest && dateOf(message.earliest),
    difficulty: distributionOf(message.difficulty),
    confidence: distributionOf(message.confidence),
    steps: distributionOf(message.steps),
    samples: distributionOf(message.samples),
    latencyMs: distributionOf(message.latencyMs),
    timeoutRate: message.timeoutRate,
    queueDepth: message.queueDepth,
    thinking: message.thinking,
    calibration: calibrationOf(message.calibration),
    tokens: Number(message.tokens),
    tokensSaved: Number(message.tokensSaved),
    log: message.log.map(entryOf),
  };
}

function dateOf({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + nanos / 1e6);
}

function distributionOf(message: DistributionMessage | undefined): Distribution {
  return {
    count: Number(message?.count ?? 0),
    mean: message?.mean ?? 0,
    least: message?.least ?? 0,
    p10: message?.p10 ?? 0,
    p50: message?.p50 ?? 0,
    p90: message?.p90 ?? 0,
    most: message?.most ?? 0,
    buckets: (message?.buckets ?? []).map(({ upTo, count }) => ({ upTo, count: Number(count) })),
  };
}

function basisOf(basis: CalibrationBasis | undefined): CalibrationNow["basis"] {
  if (basis === CalibrationBasis.REPORTED) return "reported";
  return basis === CalibrationBasis.AGREEMENT ? "agreement" : "none";
}

function calibrationOf(message: CalibrationMessage | undefined): CalibrationNow {
  return {
    basis: basisOf(message?.basis),
    count: Number(message?.count ?? 0),
    calibrationError: message?.calibrationError ?? 0,
    errorByChance: message?.errorByChance,
    brier: message?.brier,
    auroc: message?.auroc,
    meanConfidence: message?.meanConfidence ?? 0,
    accuracy: message?.accuracy ?? 0,
    reported: Number(message?.reported ?? 0),
  };
}

function entryOf(message: EntryMessage): StrategyLogEntry {
  const { solveId, questionHash, difficulty, plannedSamples, plannedWindow, model, reasons } = message;
  return {
    ...{ solveId, questionHash, difficulty, plannedSamples, plannedWindow, model, reasons },
    endedAt: message.endedAt ? dateOf(message.endedAt) : new Date(Number.NaN),
    strategy: strategies.nameOf(message.strategy),
    method: methods.nameOf(message.method),
    stopReason: stopReasons.nameOf(message.stopReason),
    confidence: confidenceFromProto(message.confidence),
    samplesStarted: message.samplesStarted,
    samplesVoted: message.samplesVoted,
    tokens: Number(message.tokens),
    tokensSaved: Number(message.tokensSaved),
    latencyMs: durationToMs(message.latency),
    correct: message.correct,
  };
}
