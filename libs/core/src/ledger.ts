import type { SampleRoute } from "./routing.ts";
import type { SampleEnd, SampleUsage } from "./sample.ts";

/** Hard limits of one request over all its stages and backends; absent: no limit. A cap is reached, never passed. */
export interface LedgerCaps {
  /** Model calls: samples, hedges, retries, judgements of a model. */
  readonly maxCalls?: number | undefined;
  /** Output tokens in whatever role: answer, cancelled, failed, hedged. */
  readonly maxOutputTokens?: number | undefined;
  /** All tokens: prompts, output in whatever role, verifiers. */
  readonly maxTotalTokens?: number | undefined;
  readonly maxCostUsd?: number | undefined;
  /** Wall time from the request's arrival. */
  readonly maxWallMs?: number | undefined;
}

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
  /** Tokens of further attempts at a sample (hedges, retries) that were not used. Absent: none. */
  readonly hedgedTokens?: number;
  /** Tokens read by model-based verifiers. */
  readonly verifierTokens: number;
  /** US dollars; absent where no price is known. */
  readonly costUsd?: number | undefined;
  /** Limit on output tokens in all roles together; `undefined` where none was set. */
  readonly maxOutputTokens: number | undefined;
  readonly maxCalls?: number | undefined;
  readonly maxTotalTokens?: number | undefined;
  readonly maxCostUsd?: number | undefined;
}

/** The caps that hold where several do: the smallest of each. */
export function tightestCaps(...all: readonly (LedgerCaps | undefined)[]): LedgerCaps {
  const least = (key: keyof LedgerCaps) => {
    const values = all.flatMap((caps) => caps?.[key] ?? []);
    return values.length === 0 ? {} : { [key]: Math.min(...values) };
  };
  return {
    ...least("maxCalls"),
    ...least("maxOutputTokens"),
    ...least("maxTotalTokens"),
    ...least("maxCostUsd"),
    ...least("maxWallMs"),
  };
}

/** A ledger before anything was spent; a number is a limit on output tokens. */
export function emptyLedger(caps: LedgerCaps | number = {}): LedgerSnapshot {
  const { maxOutputTokens, maxCalls, maxTotalTokens, maxCostUsd } =
    typeof caps === "number" ? { maxOutputTokens: caps } : (caps as LedgerCaps);
  return {
    calls: 0,
    promptTokens: 0,
    answerTokens: 0,
    cancelledTokens: 0,
    failedTokens: 0,
    verifierTokens: 0,
    maxOutputTokens,
    ...(maxCalls !== undefined && { maxCalls }),
    ...(maxTotalTokens !== undefined && { maxTotalTokens }),
    ...(maxCostUsd !== undefined && { maxCostUsd }),
  };
}

/** All output tokens spent: answer, cancelled, failed and hedged. */
export function outputTokensOf(ledger: LedgerSnapshot): number {
  return ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens + (ledger.hedgedTokens ?? 0);
}

/** All tokens spent: prompts, output, verifiers. */
export function totalTokensOf(ledger: LedgerSnapshot): number {
  return ledger.promptTokens + outputTokensOf(ledger) + ledger.verifierTokens;
}

const rolesOfEnds: Record<SampleEnd, "answerTokens" | "cancelledTokens" | "failedTokens"> = {
  stop: "answerTokens",
  length: "answerTokens",
  cancelled: "cancelledTokens",
  pruned: "cancelledTokens",
  failed: "failedTokens",
};

const computedPrompt = (usage: SampleUsage) => usage.promptTokens - usage.cachedPromptTokens;

/**
 * The ledger after one sample has ended with the given usage. What a hedge that lost has spent comes on top; a sample
 * without a route was one call.
 */
export function settleSample(
  ledger: LedgerSnapshot,
  end: SampleEnd,
  usage: SampleUsage,
  route?: Pick<SampleRoute, "attempts" | "hedgedUsage" | "costUsd">,
): LedgerSnapshot {
  const role = rolesOfEnds[end];
  const { attempts = 1, hedgedUsage, costUsd } = route ?? {};
  return {
    ...ledger,
    calls: ledger.calls + attempts,
    promptTokens: ledger.promptTokens + computedPrompt(usage) + (hedgedUsage ? computedPrompt(hedgedUsage) : 0),
    [role]: ledger[role] + usage.outputTokens,
    ...(hedgedUsage && { hedgedTokens: (ledger.hedgedTokens ?? 0) + hedgedUsage.outputTokens }),
    ...(costUsd !== undefined && { costUsd: (ledger.costUsd ?? 0) + costUsd }),
  };
}

/** The sum of two ledgers, with the limits of the first. */
export function addLedgers(a: LedgerSnapshot, b: LedgerSnapshot): LedgerSnapshot {
  const hedgedTokens = (a.hedgedTokens ?? 0) + (b.hedgedTokens ?? 0);
  const costUsd = a.costUsd === undefined && b.costUsd === undefined ? undefined : (a.costUsd ?? 0) + (b.costUsd ?? 0);
  return {
    ...a,
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    answerTokens: a.answerTokens + b.answerTokens,
    cancelledTokens: a.cancelledTokens + b.cancelledTokens,
    failedTokens: a.failedTokens + b.failedTokens,
    verifierTokens: a.verifierTokens + b.verifierTokens,
    ...(hedgedTokens > 0 && { hedgedTokens }),
    ...(costUsd !== undefined && { costUsd }),
  };
}
