import type { SampleEnd, SampleUsage } from "./sample.ts";

/** What a request has spent. Every output token is counted once, in the role it ended in. All counts are >= 0. */
export interface LedgerSnapshot {
  readonly calls: number;
  /** Prompt tokens computed by the model; a shared prefill counts once. */
  readonly promptTokens: number;
  /** Tokens of samples that ended by themselves. */
  readonly answerTokens: number;
  /** Tokens of samples that were cancelled or pruned. */
  readonly cancelledTokens: number;
  /** Tokens of samples that failed. */
  readonly failedTokens: number;
  /** Tokens read by model-based verifiers. */
  readonly verifierTokens: number;
  /** Limit on answer, cancelled and failed tokens together; `undefined` where none was set. */
  readonly maxOutputTokens: number | undefined;
}

/** A ledger before anything was spent. */
export function emptyLedger(maxOutputTokens?: number): LedgerSnapshot {
  return {
    calls: 0,
    promptTokens: 0,
    answerTokens: 0,
    cancelledTokens: 0,
    failedTokens: 0,
    verifierTokens: 0,
    maxOutputTokens,
  };
}

/** All output tokens spent: answer, cancelled and failed. */
export function outputTokensOf(ledger: LedgerSnapshot): number {
  return ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens;
}

/** The ledger after one sample has ended with the given usage. */
export function settleSample(ledger: LedgerSnapshot, end: SampleEnd, usage: SampleUsage): LedgerSnapshot {
  const prompt = ledger.promptTokens + usage.promptTokens - usage.cachedPromptTokens;
  const spent = { ...ledger, calls: ledger.calls + 1, promptTokens: prompt };
  switch (end) {
    case "stop":
    case "length":
      return { ...spent, answerTokens: ledger.answerTokens + usage.outputTokens };
    case "cancelled":
    case "pruned":
      return { ...spent, cancelledTokens: ledger.cancelledTokens + usage.outputTokens };
    case "failed":
      return { ...spent, failedTokens: ledger.failedTokens + usage.outputTokens };
  }
}

/** The sum of two ledgers, with the limit of the first. */
export function addLedgers(a: LedgerSnapshot, b: LedgerSnapshot): LedgerSnapshot {
  return {
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    answerTokens: a.answerTokens + b.answerTokens,
    cancelledTokens: a.cancelledTokens + b.cancelledTokens,
    failedTokens: a.failedTokens + b.failedTokens,
    verifierTokens: a.verifierTokens + b.verifierTokens,
    maxOutputTokens: a.maxOutputTokens,
  };
}
