import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type CalibrationNow, type Distribution, type Insights, limits, type StrategyLogEntry } from "@reckon/core";
import * as wire from "@reckon/proto/reckon/insights/v1/insights";
import { convertStrictly } from "./border.ts";
import { solveIdBytes } from "./difficulty.ts";
import { confidenceToProto } from "./outcome.ts";
import { methods, stopReasons, strategies } from "./plan.ts";

/** What to sum up. */
export interface InsightsRequest {
  /** `undefined`: all that is remembered. */
  readonly sinceMs: number | undefined;
  readonly logEntries: number;
}

const usualLogEntries = 20;

/** A request for insights; throws `invalid-argument` with all that is wrong. */
export function insightsRequestFromProto(request: wire.GetInsightsRequest): InsightsRequest {
  return convertStrictly((border) => ({
    sinceMs: request.since && border.durationMs("since", request.since, limits.insightsSinceMs),
    logEntries:
      request.logEntries === undefined
        ? usualLogEntries
        : border.number("log_entries", request.logEntries, limits.insightsLogEntries),
  }));
}

/** Whether an answer was right; throws `invalid-argument` with all that is wrong. */
export function correctnessFromProto(request: wire.ReportCorrectnessRequest): {
  readonly solveId: string;
  readonly correct: boolean;
} {
  return convertStrictly((border) => ({
    solveId: border.text("solve_id", request.solveId, solveIdBytes, 1),
    correct: request.correct,
  }));
}

/** Insights for the wire. */
export function insightsToProto(insights: Insights): wire.GetInsightsResponse {
  const { earliestMs } = insights;
  return create(wire.GetInsightsResponseSchema, {
    solves: BigInt(insights.solves),
    forgotten: BigInt(insights.forgotten),
    ...(earliestMs !== undefined && { earliest: timestampFromMs(earliestMs) }),
    difficulty: distributionToProto(insights.difficulty),
    confidence: distributionToProto(insights.confidence),
    steps: distributionToProto(insights.steps),
    samples: distributionToProto(insights.samples),
    latencyMs: distributionToProto(insights.latencyMs),
    timeoutRate: insights.timeoutRate,
    queueDepth: insights.queueDepth,
    thinking: insights.thinking,
    calibration: calibrationToProto(insights.calibration),
    tokens: BigInt(insights.tokens),
    tokensSaved: BigInt(insights.tokensSaved),
    log: insights.log.map(entryToProto),
  });
}

type Shape<T extends Parameters<typeof create>[0]> = MessageInitShape<T>;

function distributionToProto({ count, buckets, ...rest }: Distribution): Shape<typeof wire.DistributionSchema> {
  return {
    ...rest,
    count: BigInt(count),
    buckets: buckets.map((bucket) => ({ upTo: bucket.upTo, count: BigInt(bucket.count) })),
  };
}

const bases = {
  none: wire.CalibrationBasis.UNSPECIFIED,
  reported: wire.CalibrationBasis.REPORTED,
  agreement: wire.CalibrationBasis.AGREEMENT,
} as const;

function calibrationToProto({ basis, count, reported, ...rest }: CalibrationNow): Shape<typeof wire.CalibrationSchema> {
  return { ...rest, basis: bases[basis], count: BigInt(count), reported: BigInt(reported) };
}

function entryToProto(entry: StrategyLogEntry): Shape<typeof wire.StrategyLogEntrySchema> {
  const { endedAtMs, latencyMs, tokens, tokensSaved, confidence, strategy, method, stopReason, ...rest } = entry;
  return {
    ...rest,
    reasons: [...entry.reasons],
    endedAt: timestampFromMs(endedAtMs),
    latency: durationFromMs(Math.round(latencyMs)),
    tokens: BigInt(tokens),
    tokensSaved: BigInt(tokensSaved),
    ...(confidence && { confidence: confidenceToProto(confidence) }),
    strategy: strategies.toProto(strategy),
    method: methods.toProto(method),
    stopReason: stopReasons.toProto(stopReason),
  };
}
