import type { Counter, Histogram, UpDownCounter } from "@opentelemetry/api";
import {
  type BackendLoad,
  type Outcome,
  type Plan,
  type Priority,
  type SampleEnd,
  savedAgainst,
  type Verdict,
} from "@reckon/core";
import { declaredOnce, observe, reckonMeter } from "./instruments.ts";
import { attributes, metricNames } from "./names.ts";

/** Duration of one served call in milliseconds, with its status (`OK`, `InvalidArgument`, ...). */
export function recordRpc(method: string, status: string, durationMs: number): void {
  instruments().rpcDuration.record(durationMs, { [attributes.rpcMethod]: method, [attributes.rpcStatusCode]: status });
}

/** A solve began (`change` 1) or ended (-1). */
export function recordActiveSolves(change: 1 | -1): void {
  instruments().activeSolves.add(change);
}

/** The difficulty, in [0, 1], that a solve was planned for. */
export function recordDifficulty(score: number): void {
  instruments().difficulty.record(score);
}

/** Milliseconds from the request's arrival to the first text of any sample. */
export function recordFirstThought(elapsedMs: number): void {
  instruments().timeToFirstThought.record(elapsedMs);
}

/** A sample was started. */
export function recordSampleStarted(): void {
  instruments().samplesStarted.add(1);
}

/** A sample ended, and how. */
export function recordSampleEnded(reason: SampleEnd): void {
  instruments().samplesEnded.add(1, { [attributes.sampleEnd]: reason });
}

/** Verdicts of verifiers; abstentions are counted apart. */
export function recordVerdicts(verdicts: readonly Verdict[]): void {
  for (const verdict of verdicts) {
    const kind = "score" in verdict ? "score" : "abstention";
    instruments().verdicts.add(1, { [attributes.verifier]: verdict.verifier, [attributes.verdict]: kind });
  }
}

/** The plan of a running solve was changed: `escalated` or `degraded`. */
export function recordPlanChange(reason: "escalated" | "degraded"): void {
  instruments().planChanges.add(1, { [attributes.planChange]: reason });
}

/** Milliseconds that a solve waited until it might begin. */
export function recordAdmissionWait(waitedMs: number, priority: Priority): void {
  instruments().admissionWait.record(waitedMs, { [attributes.priority]: priority });
}

/** A solve was refused since too many others of its priority or above wait. */
export function recordAdmissionRefused(priority: Priority): void {
  instruments().admissionRefused.add(1, { [attributes.priority]: priority });
}

/** Reports how many solves wait, and the pressure as a degree from 0, whenever metrics are read. The function returned stops it. */
export function observeAdmission(read: () => { readonly waiting: number; readonly pressure: number }): () => void {
  const meter = reckonMeter();
  const waiting = meter.createObservableGauge(metricNames.admissionWaiting, {
    description: "Solves that wait to begin.",
  });
  const pressure = meter.createObservableGauge(metricNames.pressure, {
    description:
      "How hard it is to serve everybody: 0 none, 1 high (N and K halved), 2 severe (a quarter, unverified).",
  });
  return observe([waiting, pressure], (result) => {
    const now = read();
    result.observe(waiting, now.waiting);
    result.observe(pressure, now.pressure);
  });
}

/**
 * Reports the calibration error of confidences whose correctness was reported, whenever metrics are read; nothing where `read`
 * knows none. The function returned stops it.
 */
export function observeCalibration(read: () => number | undefined): () => void {
  const gauge = reckonMeter().createObservableGauge(metricNames.calibrationError, {
    description: "Expected calibration error of solves whose correctness was reported.",
  });
  return observe([gauge], (result) => {
    const error = read();
    if (error !== undefined) result.observe(gauge, error);
  });
}

/** A request was refused before it was read, for want of a valid key or token; `why` in a word. */
export function recordAuthRefused(why: string): void {
  instruments().authRefused.add(1, { [attributes.refusal]: why });
}

/** A solve of a tenant was refused: by its `rate`, `concurrency` or `budget`. */
export function recordTenantRefused(tenant: string, why: string): void {
  instruments().tenantRefused.add(1, { [attributes.tenant]: tenant, [attributes.refusal]: why });
}

/**
 * A solve ended with an outcome: its tokens by the role they ended in, and what its stop saved against the plan's N, counted
 * at the mean tokens of the samples that voted.
 */
export function recordSolve(plan: Plan, outcome: Outcome): void {
  const { ledger, confidence } = outcome;
  const all = instruments();
  const kind = {
    [attributes.strategy]: plan.strategy,
    [attributes.method]: plan.method,
    [attributes.stopReason]: outcome.stopReason,
  };
  all.solves.add(1, kind);
  all.solveDuration.record(outcome.latencyMs, kind);
  const byRole = {
    prompt: ledger.promptTokens,
    answer: ledger.answerTokens,
    cancelled: ledger.cancelledTokens,
    failed: ledger.failedTokens,
    verifier: ledger.verifierTokens,
    hedged: ledger.hedgedTokens ?? 0,
  };
  if (ledger.costUsd !== undefined) all.cost.add(ledger.costUsd);
  for (const [role, count] of Object.entries(byRole)) all.tokens.add(count, { [attributes.tokenRole]: role });
  if (confidence !== undefined) {
    all.confidenceAtStop.record(confidence.value, { [attributes.confidenceKind]: confidence.kind });
  }
  const saved = savedAgainst(plan, outcome);
  const strategy = { [attributes.strategy]: plan.strategy };
  all.samplesSaved.add(saved.samples, strategy);
  all.tokensSaved.add(saved.tokens, strategy);
}

/** Reports a backend's load whenever metrics are read. Call after `startTelemetry`; the function returned stops it. */
export function observeLoad(backend: string, load: () => BackendLoad | Promise<BackendLoad>): () => void {
  const meter = reckonMeter();
  const queue = meter.createObservableGauge(metricNames.queueDepth, { description: "Samples that wait for a slot." });
  const live = meter.createObservableGauge(metricNames.liveSamples, { description: "Samples that are generated now." });
  return observe([queue, live], async (result) => {
    const now = await load();
    result.observe(queue, now.queuedSamples, { [attributes.providerName]: backend });
    result.observe(live, now.liveSamples, { [attributes.providerName]: backend });
  });
}

/** Reports how many handlers of a server run, whenever metrics are read. Call after `startTelemetry`. */
export function observeLiveHandlers(live: () => number): () => void {
  const meter = reckonMeter();
  const gauge = meter.createObservableGauge(metricNames.rpcLive, { description: "Handlers that run now." });
  return observe([gauge], (result) => result.observe(gauge, live()));
}

/** Reports the physical memory of this process in bytes, whenever metrics are read. Call after `startTelemetry`. */
export function observeMemory(): () => void {
  const meter = reckonMeter();
  const gauge = meter.createObservableUpDownCounter(metricNames.memoryUsage, {
    description: "Physical memory in use.",
    unit: "By",
  });
  return observe([gauge], (result) => result.observe(gauge, process.memoryUsage.rss()));
}

const instruments = declaredOnce((meter) => {
  const counter = (name: string, description: string, unit?: string): Counter =>
    meter.createCounter(name, { description, unit });
  const histogram = (name: string, description: string, unit?: string, boundaries?: number[]): Histogram =>
    meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: boundaries } });
  const activeSolves: UpDownCounter = meter.createUpDownCounter(metricNames.activeSolves, {
    description: "Solves that run now.",
  });
  return {
    activeSolves,
    rpcDuration: histogram(metricNames.rpcDuration, "Duration of served calls.", "ms", milliseconds),
    solves: counter(metricNames.solves, "Solves that ended."),
    solveDuration: histogram(metricNames.solveDuration, "From request to outcome.", "ms", milliseconds),
    timeToFirstThought: histogram(metricNames.timeToFirstThought, "From request to first text.", "ms", milliseconds),
    samplesStarted: counter(metricNames.samplesStarted, "Samples started."),
    samplesEnded: counter(metricNames.samplesEnded, "Samples that ended, by how."),
    tokens: counter(metricNames.tokens, "Tokens by the role they ended in.", "{token}"),
    tokensSaved: counter(metricNames.tokensSaved, "Tokens not spent, against the plan's N.", "{token}"),
    samplesSaved: counter(metricNames.samplesSaved, "Samples not started, against the plan's N."),
    confidenceAtStop: histogram(metricNames.confidenceAtStop, "Confidence at the stop.", undefined, tenths),
    difficulty: histogram(metricNames.difficulty, "Difficulty that solves were planned for.", undefined, tenths),
    cost: counter(metricNames.cost, "What solves cost, where prices are known.", "{USD}"),
    admissionWait: histogram(metricNames.admissionWait, "Time that solves waited to begin.", "ms", milliseconds),
    admissionRefused: counter(metricNames.admissionRefused, "Solves that were refused for want of room, by priority."),
    planChanges: counter(metricNames.planChanges, "Plans changed on the way."),
    authRefused: counter(metricNames.authRefused, "Requests without a valid key or token, by what was wrong."),
    tenantRefused: counter(metricNames.tenantRefused, "Solves refused by a tenant's limits, by limit."),
    verdicts: counter(metricNames.verdicts, "Verdicts of verifiers."),
  };
});

const milliseconds = [
  1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000,
];
const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
