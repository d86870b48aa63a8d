import type { Outcome, Priority, Reckon, ReckonError, SolveOptions } from "@reckon/client";

/** How one solve under load went. */
export interface TimedSolve {
  readonly priority: Priority;
  readonly latencyMs: number;
  /** `undefined` where it failed. */
  readonly outcome: Outcome | undefined;
  /** Code of the error. */
  readonly code: string | undefined;
  /** What a refused client is told to wait; `undefined` where it is told nothing. */
  readonly retryAfterMs: number | undefined;
  readonly message: string | undefined;
}

/** Solves one problem and times it; an error is a result. */
export async function timedSolve(
  reckon: Reckon,
  prompt: string,
  options: SolveOptions & { readonly priority: Priority },
): Promise<TimedSolve> {
  const { priority } = options;
  const startedAt = performance.now();
  const result = await reckon
    .solve(prompt, { omitThoughts: true, ...options })
    .outcome()
    .then(
      (outcome) => ({ outcome, error: undefined }),
      (error: unknown) => ({ outcome: undefined, error: error as ReckonError }),
    );
  return {
    priority,
    latencyMs: performance.now() - startedAt,
    outcome: result.outcome,
    code: result.error?.code,
    retryAfterMs: result.error?.retryAfterMs,
    message: result.error?.message,
  };
}
