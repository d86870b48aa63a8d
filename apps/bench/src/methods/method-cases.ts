import type { PlanOverrides } from "@reckon/core";

/** A method as it is compared: its name, and how a size (samples, paths, particles, simulations) is asked for. */
export interface MethodCase {
  readonly name: string;
  overrides(size: number): PlanOverrides;
  /** Whether verifiers may be asked. Default true. */
  readonly verified?: boolean;
}

/** What all fixed methods have in common: no limit on steps, no early stop. */
const fixed: PlanOverrides = {
  strategy: "comprehensive",
  maxSteps: 64,
  verificationRounds: 1,
  earlyStopping: false,
  timeoutMs: 600_000,
};

const chains = (size: number): PlanOverrides => ({ ...fixed, samples: size, window: Math.min(64, size) });

/** Every method that is served, and `adaptive`, which chooses by itself. */
export const methodCases: readonly MethodCase[] = [
  {
    name: "self-consistency",
    verified: false,
    overrides: (size) => ({ ...chains(size), method: "self-consistency", verificationRounds: 0 }),
  },
  { name: "weighted-vote", overrides: (size) => ({ ...chains(size), method: "best-of-n" }) },
  { name: "best-score", overrides: (size) => ({ ...chains(size), method: "best-of-n", selection: "best-score" }) },
  { name: "rejection", overrides: (size) => ({ ...chains(size), method: "best-of-n", rejectEarly: true }) },
  { name: "beam", overrides: (size) => ({ ...fixed, method: "beam", samples: size }) },
  { name: "dvts", overrides: (size) => ({ ...fixed, method: "beam", samples: size, diverse: true }) },
  { name: "beam-ahead", overrides: (size) => ({ ...fixed, method: "beam", samples: size, lookAhead: 1 }) },
  { name: "monte-carlo", overrides: (size) => ({ ...fixed, method: "monte-carlo", samples: size }) },
  {
    name: "monte-carlo-annealed",
    overrides: (size) => ({ ...fixed, method: "monte-carlo", samples: size, diverse: true }),
  },
  { name: "tree", overrides: (size) => ({ ...fixed, method: "tree", samples: size }) },
  { name: "branching", overrides: (size) => ({ ...fixed, method: "tree", samples: size, diverse: true }) },
  { name: "revision", overrides: (size) => ({ ...fixed, method: "revision", samples: size }) },
  { name: "adaptive", overrides: (size) => ({ strategy: "adaptive", samples: size, timeoutMs: 600_000 }) },
];
