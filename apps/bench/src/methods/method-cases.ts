import type { PlanOverrides, Selection } from "@reckon/core";
import { curvesOf, type DraftedSearch, type ModelCurves, thinkingAtPrice, thinkingBy } from "@reckon/planning";

/** A method as it is compared: its name, and how a size (samples, paths, particles, simulations, or a price) is asked for. */
export interface MethodCase {
  readonly name: string;
  overrides(size: number): PlanOverrides;
  /** Whether verifiers may be asked. Default true. */
  readonly verified?: boolean;
  /** A size near that of a budget. Default: the budget itself. */
  guess?(budget: number): number;
  /** Whether `guess` needs no fitting: so many samples are the budget. Default false. */
  readonly exact?: boolean;
  /** How it votes, for methods of whole samples, which records can stand for. */
  readonly votes?: Selection;
  /** Whether its size is the price that the budget implies (`impliedPrice`), not a number of samples. Default false. */
  readonly priced?: boolean;
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

const thinner = (times: number) => (budget: number) => Math.max(1, Math.round(budget / times));

/** A search after drafts, with its early stop: what a plan may ask for at a price. */
export const draftedCase = (search: DraftedSearch): MethodCase => ({
  name: `${search.method} of ${search.samples} after ${search.drafts} at ${search.threshold}`,
  overrides: () => ({ ...fixed, ...thinkingBy(search), earlyStopping: true }),
});

/** The embedded model's, by which `adaptive` is asked to think. */
const curves = curvesOf("reckon-embedded-1") as ModelCurves;

/** Every method that is served, and `adaptive`, which spends by what the votes say, at the price that the budget implies. */
export const methodCases: readonly MethodCase[] = [
  {
    name: "self-consistency",
    ...{ verified: false, exact: true, votes: "majority" },
    overrides: (size) => ({ ...chains(size), method: "self-consistency", verificationRounds: 0 }),
  },
  {
    name: "weighted-vote",
    ...{ exact: true, votes: "weighted-vote" },
    overrides: (size) => ({ ...chains(size), method: "best-of-n" }),
  },
  {
    name: "best-score",
    ...{ exact: true, votes: "best-score" },
    overrides: (size) => ({ ...chains(size), method: "best-of-n", selection: "best-score" }),
  },
  { name: "rejection", overrides: (size) => ({ ...chains(size), method: "best-of-n", rejectEarly: true }) },
  { name: "beam", guess: thinner(3), overrides: (size) => ({ ...fixed, method: "beam", samples: size }) },
  {
    name: "dvts",
    guess: thinner(4),
    overrides: (size) => ({ ...fixed, method: "beam", samples: size, diverse: true }),
  },
  {
    name: "beam-ahead",
    guess: thinner(4),
    overrides: (size) => ({ ...fixed, method: "beam", samples: size, lookAhead: 1 }),
  },
  { name: "monte-carlo", overrides: (size) => ({ ...fixed, method: "monte-carlo", samples: size }) },
  {
    name: "monte-carlo-annealed",
    overrides: (size) => ({ ...fixed, method: "monte-carlo", samples: size, diverse: true }),
  },
  { name: "tree", overrides: (size) => ({ ...fixed, method: "tree", samples: size }) },
  { name: "branching", overrides: (size) => ({ ...fixed, method: "tree", samples: size, diverse: true }) },
  { name: "revision", overrides: (size) => ({ ...fixed, method: "revision", samples: size }) },
  {
    name: "adaptive",
    priced: true,
    overrides: (price) => ({
      ...{ strategy: "adaptive", timeoutMs: 600_000 },
      ...thinkingAtPrice(curves, price),
    }),
  },
];
