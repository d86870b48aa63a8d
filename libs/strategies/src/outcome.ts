import type { Candidate, Confidence, Outcome, StopReason } from "@reckon/core";
import { mean } from "@reckon/stats";
import { diversityOf } from "./diversity.ts";
import type { LedgerKeeper } from "./ledger-keeper.ts";
import type { SampleBook } from "./sample-book.ts";
import type { SampleRecord } from "./sample-record.ts";

/** What an outcome is made from. */
export interface OutcomeParts {
  readonly stopReason: StopReason;
  readonly candidates: readonly Candidate[];
  readonly confidence: Confidence | undefined;
  readonly ledger: LedgerKeeper;
  readonly book: Pick<SampleBook, "started" | "ends" | "stepsOfVoters">;
  readonly samples: readonly SampleRecord[];
  readonly voted: number;
  readonly latencyMs: number;
  readonly failure: string | undefined;
  readonly degradations: readonly string[];
  readonly endedAtStop: number | undefined;
}

/** The result of a solve from its parts; a failure is told only where there is no answer. */
export function createOutcome(parts: OutcomeParts): Outcome {
  const { book, stopReason, candidates } = parts;
  return {
    answer: candidates[0]?.answer,
    confidence: parts.confidence,
    stopReason,
    candidates,
    ledger: parts.ledger.snapshot,
    latencyMs: parts.latencyMs,
    samplesStarted: book.started,
    samplesVoted: parts.voted,
    samplesCancelled: book.ends.cancelled,
    samplesPruned: book.ends.pruned,
    samplesFailed: book.ends.failed,
    meanSteps: mean(book.stepsOfVoters),
    diversity: diversityOf(parts.samples),
    failure: stopReason === "failed" ? (parts.failure ?? "no sample could be made") : undefined,
    degradations: parts.degradations,
    endedAtStop: parts.endedAtStop,
  };
}
