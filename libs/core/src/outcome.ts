import type { LedgerSnapshot } from "./ledger.ts";
import type { Plan, StopReason } from "./plan.ts";
import type { Candidate, Confidence } from "./vote.ts";

/** How different the samples of a solve were. Its candidates say how different their answers were. */
export interface SampleDiversity {
  /** Different first steps. */
  readonly firstSteps: number;
  /** Complete samples that say what another one says, step by step. */
  readonly duplicates: number;
}

/** The result of a solve. `undefined` answer and confidence: no sample gave an answer. */
export interface Outcome {
  readonly answer: string | undefined;
  readonly confidence: Confidence | undefined;
  readonly stopReason: StopReason;
  /** The leading one first. */
  readonly candidates: readonly Candidate[];
  readonly ledger: LedgerSnapshot;
  readonly latencyMs: number;
  readonly samplesStarted: number;
  readonly samplesVoted: number;
  readonly samplesCancelled: number;
  readonly samplesPruned: number;
  readonly samplesFailed: number;
  /** Mean steps of the samples that voted; `undefined` where none did. */
  readonly meanSteps: number | undefined;
  /** Absent where it was not measured. */
  readonly diversity?: SampleDiversity | undefined;
  /** Why there is no answer, where `stopReason` is `failed`. */
  readonly failure: string | undefined;
  /**
   * Samples that had ended when it was decided to stop; votes that came later count, but had no say in that. For records; not
   * on the wire.
   */
  readonly endedAtStop?: number | undefined;
  /** What was degraded on the way, one sentence each. */
  readonly degradations: readonly string[];
}

/** What a stop saved against the plan's N: samples that were not started, and their tokens at the mean of those that voted. */
export function savedAgainst(plan: Plan, outcome: Outcome): { readonly samples: number; readonly tokens: number } {
  const samples = Math.max(0, plan.samples - outcome.samplesStarted);
  const each = outcome.samplesVoted > 0 ? outcome.ledger.answerTokens / outcome.samplesVoted : 0;
  return { samples, tokens: Math.round(samples * each) };
}
