import { outputTokensOf, type Plan, type SolveEvent } from "@reckon/core";
import {
  recordActiveSolves,
  recordDifficulty,
  recordFirstThought,
  recordPlanChange,
  recordSampleEnded,
  recordSampleStarted,
  recordSolve,
} from "./measure.ts";

/** Turns the events of one solve, begun at `startedAtMs` of `performance.now()`, into metrics; `end` once, in any case. */
export function createSolveMeasure(startedAtMs: number) {
  let plan: Plan | undefined;
  let sawThought = false;
  recordActiveSolves(1);
  return {
    end: () => recordActiveSolves(-1),
    observe(event: SolveEvent) {
      switch (event.type) {
        case "solve-started":
          plan = event.plan;
          recordDifficulty(event.difficulty.score);
          break;
        case "sample-started":
          recordSampleStarted(plan?.strategy ?? "");
          break;
        case "thought-delta":
          if (!sawThought) recordFirstThought(performance.now() - startedAtMs);
          sawThought = true;
          break;
        case "sample-ended":
          recordSampleEnded(event.reason, event.usage, event.verdicts);
          break;
        case "plan-changed":
          plan = event.plan;
          recordPlanChange(event.reason);
          break;
        case "solve-ended":
          recordSolve({
            strategy: plan?.strategy ?? "",
            method: plan?.method ?? "",
            stopReason: event.outcome.stopReason,
            latencyMs: event.outcome.latencyMs,
            confidence: event.outcome.confidence,
            plannedSamples: plan?.samples ?? 0,
            startedSamples: event.outcome.samplesStarted,
            outputTokens: outputTokensOf(event.outcome.ledger),
            verifierTokens: event.outcome.ledger.verifierTokens,
          });
          break;
      }
    },
  };
}
