import type { SolveOptions } from "@reckon/client";

/** A question whose chains are long. */
export const longProblem = "Compute ((38 + 47) * 12 - 96) / 4 + (57 - 29) * 16 - 83 + 45 * 7.";

/** A solve that thinks until somebody stops it: many samples, a few at once, no early stop. */
export const longSolve: SolveOptions = {
  method: "self-consistency",
  samples: 256,
  window: 8,
  maxSteps: 64,
  earlyStopping: false,
  timeoutMs: 120_000,
};
