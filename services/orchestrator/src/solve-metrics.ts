import { metrics, type Span } from "@opentelemetry/api";
import type { Difficulty, LedgerSnapshot, Outcome, Plan, SampleEnd } from "@reckon/core";
import { attributes, metricNames } from "@reckon/telemetry";

/** Measures what compute bought; every instrument is a no-op until telemetry has an endpoint. */
export interface SolveMetrics {
  started(): void;
  firstThought(afterMs: number): void;
  sampleStarted(): void;
  sampleEnded(reason: SampleEnd): void;
  planChanged(reason: string): void;
  ended(plan: Plan, outcome: Outcome): void;
  /** The solve is over, with or without an outcome. */
  gone(): void;
}

/** Declares the instruments of the orchestrator. */
export function createSolveMetrics(): SolveMetrics {
  const meter = metrics.getMeter("reckon");
  const solves = meter.createCounter(metricNames.solves, { description: "Solves that ended with an outcome." });
  const active = meter.createUpDownCounter(metricNames.activeSolves, { description: "Solves that run now." });
  const durations = meter.createHistogram(metricNames.solveDuration, {
    unit: "ms",
    description: "Arrival to outcome.",
  });
  const firstThoughts = meter.createHistogram(metricNames.timeToFirstThought, {
    unit: "ms",
    description: "Arrival to the first token of any sample.",
  });
  const samplesStarted = meter.createCounter(metricNames.samplesStarted, { description: "Samples started." });
  const samplesEnded = meter.createCounter(metricNames.samplesEnded, { description: "Samples ended, by reason." });
  const samplesSaved = meter.createCounter(metricNames.samplesSaved, {
    description: "Samples of the plan that were never started.",
  });
  const tokens = meter.createCounter(metricNames.tokens, { unit: "{token}", description: "Tokens by role." });
  const tokensSaved = meter.createCounter(metricNames.tokensSaved, {
    unit: "{token}",
    description: "Tokens that the plan's unused samples would have cost, at the mean of those that ended.",
  });
  const confidences = meter.createHistogram(metricNames.confidenceAtStop, {
    description: "Confidence of outcomes with an answer.",
    advice: { explicitBucketBoundaries: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] },
  });
  const planChanges = meter.createCounter(metricNames.planChanges, { description: "Plans changed on the way." });

  return {
    started: () => active.add(1),
    gone: () => active.add(-1),
    firstThought: (afterMs) => firstThoughts.record(afterMs),
    sampleStarted: () => samplesStarted.add(1),
    sampleEnded: (reason) => samplesEnded.add(1, { [attributes.sampleEnd]: reason }),
    planChanged: (reason) => planChanges.add(1, { [attributes.stopReason]: reason }),
    ended(plan, outcome) {
      const labels = { [attributes.strategy]: plan.strategy, [attributes.stopReason]: outcome.stopReason };
      solves.add(1, { ...labels, [attributes.method]: plan.method });
      durations.record(outcome.latencyMs, labels);
      for (const [role, count] of Object.entries(tokensByRole(outcome.ledger))) {
        tokens.add(count, { [attributes.tokenRole]: role });
      }
      if (outcome.confidence) {
        confidences.record(outcome.confidence.value, { [attributes.confidenceKind]: outcome.confidence.kind });
      }
      const unused = Math.max(0, plan.samples - outcome.samplesStarted);
      samplesSaved.add(unused);
      if (outcome.samplesVoted > 0) {
        tokensSaved.add(Math.round((unused * outcome.ledger.answerTokens) / outcome.samplesVoted));
      }
    },
  };
}

/** Writes what was planned on the span of a solve. */
export function describePlanOn(span: Span, solveId: string, plan: Plan, difficulty: Difficulty): void {
  span.setAttributes({
    [attributes.solveId]: solveId,
    [attributes.strategy]: plan.strategy,
    [attributes.method]: plan.method,
    [attributes.selection]: plan.selection,
    [attributes.plannedSamples]: plan.samples,
    [attributes.plannedWindow]: plan.window,
    [attributes.difficulty]: difficulty.score,
    [attributes.requestModel]: plan.model,
    [attributes.requestTemperature]: plan.temperature,
    [attributes.requestTopP]: plan.topP,
  });
}

/** Writes what came out on the span of a solve. */
export function describeOutcomeOn(span: Span, outcome: Outcome): void {
  const { ledger, confidence } = outcome;
  span.setAttributes({
    [attributes.stopReason]: outcome.stopReason,
    [attributes.hasAnswer]: outcome.answer !== undefined,
    [attributes.samplesStarted]: outcome.samplesStarted,
    [attributes.samplesVoted]: outcome.samplesVoted,
    [attributes.samplesCancelled]: outcome.samplesCancelled,
    [attributes.samplesPruned]: outcome.samplesPruned,
    [attributes.samplesFailed]: outcome.samplesFailed,
    [attributes.answerTokens]: ledger.answerTokens,
    [attributes.cancelledTokens]: ledger.cancelledTokens,
    [attributes.failedTokens]: ledger.failedTokens,
    [attributes.verifierTokens]: ledger.verifierTokens,
    ...(confidence && {
      [attributes.confidence]: confidence.value,
      [attributes.confidenceKind]: confidence.kind,
    }),
  });
}

function tokensByRole(ledger: LedgerSnapshot): Record<string, number> {
  return {
    prompt: ledger.promptTokens,
    answer: ledger.answerTokens,
    cancelled: ledger.cancelledTokens,
    failed: ledger.failedTokens,
    verifier: ledger.verifierTokens,
  };
}
