import type { Reckon } from "@reckon/client";
import type { Timing } from "./direct-solve.ts";

/** The same work as `directSolve` through the four processes: greedy samples, no verifier, no early stop. */
export async function servedSolve(reckon: Reckon, prompt: string, samples: number): Promise<Timing> {
  const startedAt = performance.now();
  let firstThoughtMs: number | undefined;
  let outputTokens = 0;
  const solve = reckon.solve(prompt, {
    method: samples === 1 ? "single" : "self-consistency",
    samples,
    window: samples,
    maxSteps: 64,
    verificationRounds: 0,
    temperature: 0,
    earlyStopping: false,
    timeoutMs: 60_000,
  });
  for await (const event of solve) {
    if (event.type === "thought-delta") firstThoughtMs ??= performance.now() - startedAt;
    else if (event.type === "solve-ended") {
      const { ledger } = event.outcome;
      outputTokens = ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens;
    }
  }
  const wholeMs = performance.now() - startedAt;
  return { firstThoughtMs: firstThoughtMs ?? wholeMs, wholeMs, outputTokens };
}
