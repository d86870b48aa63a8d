import { createReckon, type Outcome } from "@reckon/client";
import { forEachParallel } from "./for-each-parallel.ts";
import type { Policy } from "./policies.ts";
import { isRight, solveSeed, type TestProblem } from "./problems.ts";

/** How one solve of a test problem went. */
export interface SolveRun {
  readonly id: string;
  readonly band: string;
  readonly family: string;
  readonly answer: string | undefined;
  readonly correct: boolean;
  /** Of the answer; undefined where there is none. */
  readonly confidence: number | undefined;
  readonly confidenceKind: string | undefined;
  readonly stopReason: string | undefined;
  readonly difficulty: number;
  readonly plannedSamples: number;
  readonly samples: number;
  /** Steps of all its samples. */
  readonly steps: number;
  /** Answer, cancelled and failed tokens. */
  readonly outputTokens: number;
  readonly verifierTokens: number;
  /** From sending the request to its last event, by the client's clock. */
  readonly latencyMs: number;
  /** The same, by the server's own account. */
  readonly serverLatencyMs: number;
  readonly escalations: number;
  readonly degradations: readonly string[];
}

/** How to run a policy. */
export interface RunPolicyOptions {
  readonly url: string;
  readonly parallel: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}

/** Solves every problem under a policy over the services at `url`, `parallel` at once; throws where a solve has no outcome. */
export async function runPolicy(
  policy: Policy,
  problems: readonly TestProblem[],
  options: RunPolicyOptions,
): Promise<SolveRun[]> {
  const reckon = createReckon({ url: options.url });
  let done = 0;
  return forEachParallel(problems, options.parallel, async (problem, index) => {
    const startedAt = performance.now();
    const solve = reckon.solve(problem.prompt, {
      ...policy.options,
      omitThoughts: true,
      seed: solveSeed(options.seed, index),
    });
    let outcome: Outcome | undefined;
    let steps = 0;
    let escalations = 0;
    let difficulty = Number.NaN;
    let plannedSamples = 0;
    for await (const event of solve) {
      if (event.type === "solve-started") {
        difficulty = event.difficulty.score;
        plannedSamples = event.plan.samples;
      } else if (event.type === "sample-ended") steps += event.steps;
      else if (event.type === "plan-changed" && event.reason === "escalated") escalations += 1;
      else if (event.type === "solve-ended") outcome = event.outcome;
    }
    if (outcome === undefined) throw new Error(`the solve of ${problem.id} ended without an outcome`);
    done += 1;
    options.progress?.(done);
    const { ledger } = outcome;
    return {
      id: problem.id,
      band: problem.band,
      family: problem.family,
      answer: outcome.answer,
      correct: isRight(outcome.answer, problem),
      confidence: outcome.confidence?.value,
      confidenceKind: outcome.confidence?.kind,
      stopReason: outcome.stopReason,
      difficulty,
      plannedSamples,
      samples: outcome.samplesStarted,
      steps,
      outputTokens: ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens,
      verifierTokens: ledger.verifierTokens,
      latencyMs: performance.now() - startedAt,
      serverLatencyMs: outcome.latencyMs,
      escalations,
      degradations: outcome.degradations,
    };
  });
}
