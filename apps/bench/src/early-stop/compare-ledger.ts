import type { Reckon } from "@reckon/client";
import { type ClusterObserver, isIdle } from "../cluster/observe.ts";
import { forEachParallel } from "../for-each-parallel.ts";

/** Tokens as the outcomes' ledgers sum up to, and as the engine itself has counted meanwhile. */
export interface LedgerComparison {
  readonly solves: number;
  readonly samplesCancelled: number;
  readonly ledger: { readonly outputTokens: number; readonly cancelledTokens: number };
  readonly engine: { readonly outputTokens: number; readonly cancelledTokens: number };
}

/** Solves questions that stop early, several at once, and compares the ledgers with what the engine counted before and after. */
export async function compareLedger(
  reckon: Reckon,
  observer: ClusterObserver,
  prompts: readonly string[],
): Promise<LedgerComparison> {
  const { state: before } = await observer.until(isIdle, 10_000);
  const outcomes = await forEachParallel(prompts, 8, (prompt) =>
    reckon
      .solve(prompt, {
        method: "self-consistency",
        samples: 16,
        window: 16,
        maxSteps: 64,
        verificationRounds: 0,
        confidenceThreshold: 0.6,
        omitThoughts: true,
        timeoutMs: 60_000,
      })
      .outcome(),
  );
  const { state: after } = await observer.until(isIdle, 10_000);
  const sum = (value: (outcome: (typeof outcomes)[number]) => number) =>
    outcomes.reduce((total, outcome) => total + value(outcome), 0);
  return {
    solves: outcomes.length,
    samplesCancelled: sum((outcome) => outcome.samplesCancelled),
    ledger: {
      outputTokens: sum(({ ledger }) => ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens),
      cancelledTokens: sum(({ ledger }) => ledger.cancelledTokens),
    },
    engine: {
      outputTokens: after.outputTokens - before.outputTokens,
      cancelledTokens: after.cancelledTokens - before.cancelledTokens,
    },
  };
}
