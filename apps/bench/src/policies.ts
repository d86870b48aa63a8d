import type { SolveOptions } from "@reckon/client";

/** A way to ask for an answer: a name for tables and the options of the request. */
export interface Policy {
  readonly name: string;
  readonly options: SolveOptions;
}

/** What every strategy is compared with: 16 whole samples, one vote each, no verifier, no early stop (arXiv 2203.11171). */
export const fixedSelfConsistency: Policy = {
  name: "fixed N=16",
  options: {
    method: "self-consistency",
    samples: 16,
    window: 16,
    maxSteps: 64,
    verificationRounds: 0,
    earlyStopping: false,
    timeoutMs: 120_000,
  },
};

/** The four strategies as a client asks for them, all else left to Reckon, and what they are compared with. */
export const policies: readonly Policy[] = [
  ...(["fast", "balanced", "comprehensive", "adaptive"] as const).map((strategy) => ({
    name: strategy,
    options: { strategy },
  })),
  fixedSelfConsistency,
];
