import type { Span } from "@opentelemetry/api";
import {
  type Difficulty,
  type Outcome,
  type Plan,
  type Priority,
  type Problem,
  questionOf,
  ReckonError,
  type SampleEnd,
} from "@reckon/core";
import {
  attributes,
  promptsAreRecorded,
  recordActiveSolves,
  recordAdmissionRefused,
  recordAdmissionWait,
  recordDifficulty,
  recordFirstThought,
  recordPlanChange,
  recordSampleEnded,
  recordSampleStarted,
  recordSolve,
} from "@reckon/telemetry";

/** Measures what compute bought; every instrument is a no-op until telemetry has an endpoint. */
export interface SolveMetrics {
  started(): void;
  /** Times a wait for admission, and counts where it ends in a refusal. */
  admit<T>(span: Span, priority: Priority, enter: () => Promise<T>): Promise<T>;
  firstThought(afterMs: number): void;
  sampleStarted(): void;
  sampleEnded(reason: SampleEnd): void;
  planChanged(reason: "escalated" | "degraded"): void;
  ended(plan: Plan, outcome: Outcome): void;
  /** The solve is over, with or without an outcome. */
  gone(): void;
}

/** What the orchestrator tells of its solves; the instruments are declared in telemetry, with all others. */
export function createSolveMetrics(): SolveMetrics {
  return {
    async admit(span, priority, enter) {
      const startedAtMs = performance.now();
      span.setAttribute(attributes.priority, priority);
      try {
        return await enter();
      } catch (error) {
        if (ReckonError.from(error).code === "resource-exhausted") recordAdmissionRefused(priority);
        throw error;
      } finally {
        const waitedMs = performance.now() - startedAtMs;
        span.setAttribute(attributes.admissionWaitMs, Math.round(waitedMs));
        recordAdmissionWait(waitedMs, priority);
      }
    },
    started: () => recordActiveSolves(1),
    gone: () => recordActiveSolves(-1),
    firstThought: recordFirstThought,
    sampleStarted: recordSampleStarted,
    sampleEnded: recordSampleEnded,
    planChanged: recordPlanChange,
    ended: recordSolve,
  };
}

/** Writes what was planned on the span of a solve; what was asked only where the operator has turned that on. */
export function describePlanOn(
  span: Span,
  solveId: string,
  problem: Problem,
  plan: Plan,
  difficulty: Difficulty,
): void {
  recordDifficulty(difficulty.score);
  if (promptsAreRecorded()) span.setAttribute(attributes.prompt, questionOf(problem));
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
  if (promptsAreRecorded()) span.setAttribute(attributes.answer, outcome.answer ?? "");
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
    [attributes.hedgedTokens]: ledger.hedgedTokens ?? 0,
    [attributes.calls]: ledger.calls,
    ...(ledger.costUsd !== undefined && { [attributes.costUsd]: ledger.costUsd }),
    ...(confidence && {
      [attributes.confidence]: confidence.value,
      [attributes.confidenceKind]: confidence.kind,
    }),
  });
}
