import { outputTokensOf } from "@reckon/core";
import type { ChatResult } from "./follow-solve.ts";

/**
 * Tokens in OpenAI's words. `completion_tokens` are all that were generated and are paid for; of these `reasoning_tokens` were
 * thought by samples that ended by themselves, `cancelled_tokens` by samples that were stopped, `failed_tokens` by samples
 * that broke, `hedged_tokens` by attempts whose text was not used. The answer is a part of a thought, not generated once more; where a sample's text is itself the answer, no
 * token is a reasoning token.
 */
export function usageOf({ outcome: { ledger }, isDirect }: ChatResult) {
  const completionTokens = outputTokensOf(ledger);
  return {
    prompt_tokens: ledger.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: ledger.promptTokens + completionTokens,
    completion_tokens_details: {
      reasoning_tokens: isDirect ? 0 : ledger.answerTokens,
      cancelled_tokens: ledger.cancelledTokens,
      failed_tokens: ledger.failedTokens,
      hedged_tokens: ledger.hedgedTokens ?? 0,
    },
  };
}

/** What Reckon knows beside the answer: the `reckon` object of an answer. */
export function reckonOf({ outcome, started }: ChatResult) {
  const { ledger, confidence } = outcome;
  return {
    solve_id: started.solveId,
    strategy: started.plan.strategy,
    method: started.plan.method,
    model: started.plan.model,
    difficulty: started.difficulty.score,
    answer: outcome.answer ?? null,
    confidence: confidence === undefined ? null : { value: confidence.value, kind: confidence.kind },
    stop_reason: outcome.stopReason,
    candidates: outcome.candidates
      .slice(0, 8)
      .map(({ answer, samples, votes, share }) => ({ answer, samples, votes, share })),
    samples: {
      planned: started.plan.samples,
      started: outcome.samplesStarted,
      voted: outcome.samplesVoted,
      cancelled: outcome.samplesCancelled,
      pruned: outcome.samplesPruned,
      failed: outcome.samplesFailed,
    },
    ledger: {
      calls: ledger.calls,
      prompt_tokens: ledger.promptTokens,
      answer_tokens: ledger.answerTokens,
      cancelled_tokens: ledger.cancelledTokens,
      failed_tokens: ledger.failedTokens,
      hedged_tokens: ledger.hedgedTokens ?? 0,
      verifier_tokens: ledger.verifierTokens,
      cost_usd: ledger.costUsd ?? null,
    },
    latency_ms: Math.round(outcome.latencyMs * 1000) / 1000,
    degradations: outcome.degradations,
  };
}
