import {
  type Capabilities,
  invalidArgument,
  type Method,
  type PlanOverrides,
  ReckonError,
  type SearchPlan,
  type VerifierName,
} from "@reckon/core";
import type { PlanningSettings } from "./settings.ts";
import type { StrategyLimits } from "./strategy-limits.ts";

/** Children of a path or node: what search-and-learn and the paper on optimal test-time compute use (arXiv 2408.03314). */
const EXPANSIONS = 4;
/** The first attempt and three revisions. */
const ATTEMPTS = 4;
/** Simulations of a tree that run at once: each chooses by what those before it found. */
const TREE_WINDOW = 4;
/** The most continuations in flight, unless the client says otherwise. */
const MOST_IN_FLIGHT = 64;

/** What a search is planned from. */
export interface SearchPlanInput {
  readonly method: Method;
  readonly overrides: PlanOverrides;
  readonly limits: Pick<StrategyLimits, "samples">;
  readonly settings: PlanningSettings;
  readonly capabilities: Capabilities;
  readonly verifiers: readonly VerifierName[];
  readonly rounds: number;
}

/** What a method that searches step by step may spend, and how it goes about it. */
export interface PlannedSearch {
  readonly search: SearchPlan;
  /** N: paths kept (`beam`), particles (`monte-carlo`), simulations (`tree`), attempts in all (`revision`). */
  readonly samples: number;
  /** K, continuations in flight at once. */
  readonly window: number;
  /** Why, one sentence each. */
  readonly reasons: readonly string[];
}

/** K of a search: continuations in flight at once, unless the client says otherwise. */
export function searchWindow(
  method: Method,
  samples: number,
  { expansions = EXPANSIONS, attempts = ATTEMPTS }: Partial<Pick<SearchPlan, "expansions" | "attempts">> = {},
): number {
  if (method === "tree") return Math.min(TREE_WINDOW, samples);
  const wanted =
    method === "beam" ? samples * expansions : method === "revision" ? linesOf(samples, attempts) : samples;
  return Math.min(MOST_IN_FLIGHT, wanted);
}

/** Lines of attempts that run beside one another. */
const linesOf = (samples: number, attempts: number) => Math.max(1, Math.ceil(samples / attempts));

/** Whether a method builds its samples step by step, under a verifier's eyes. */
export function isSearch(method: Method, overrides: PlanOverrides = {}): boolean {
  if (method === "best-of-n") return overrides.rejectEarly === true;
  return method === "beam" || method === "monte-carlo" || method === "tree" || method === "revision";
}

/**
 * Plans a search; `undefined` for methods that take whole, independent samples. Throws `failed-precondition` where the model
 * cannot continue from a prefix or no process reward model can be asked: without them the method would be another one. Only
 * `revision` goes without, by asking the model itself to look at its attempt again. Throws `invalid-argument` where no
 * verification is allowed to a method that rests on it.
 */
export function planSearch(input: SearchPlanInput): PlannedSearch | undefined {
  const { method, overrides, limits, settings } = input;
  if (!isSearch(method, overrides)) return undefined;
  assertPossible(input);
  const search: SearchPlan = {
    expansions: overrides.expansions ?? EXPANSIONS,
    lookAhead: overrides.lookAhead ?? 0,
    diverse: overrides.diverse ?? false,
    attempts: overrides.attempts ?? ATTEMPTS,
    rejectEarly: overrides.rejectEarly ?? false,
    drafts: overrides.drafts ?? 0,
  };
  const { expansions, lookAhead, diverse, attempts, drafts } = search;
  const first = drafts === 0 ? [] : [`${drafts} whole samples first: the search begins only where they leave doubt`];
  const planned = (samples: number, ...reasons: string[]): PlannedSearch => ({
    ...{ search, samples, reasons: [...first, ...reasons] },
    window: searchWindow(method, samples, search),
  });
  switch (method) {
    case "beam": {
      const samples = overrides.samples ?? settings.beamSearchWidth;
      const kept = diverse ? `${samples} independent subtrees` : `the best ${samples} paths are kept`;
      const ahead = lookAhead > 0 ? `, judged ${lookAhead} steps ahead` : "";
      return planned(samples, `beam: ${kept}, each goes on in ${expansions} ways a step${ahead}`);
    }
    case "monte-carlo": {
      const samples = overrides.samples ?? settings.monteCarloSamples;
      const annealed = diverse ? ", their weights tempered early" : "";
      return planned(samples, `monte-carlo: ${samples} particles, drawn anew where few weigh much${annealed}`);
    }
    case "tree": {
      const samples = overrides.samples ?? limits.samples;
      const how = diverse ? "wider or deeper by each node's evidence" : `at most ${expansions} children a node`;
      return planned(samples, `tree: ${samples} simulations, ${how}`);
    }
    case "revision": {
      const lines = linesOf(overrides.samples ?? limits.samples, attempts);
      const samples = overrides.samples ?? lines * attempts;
      const how = diverse ? "times of thinking on" : "attempts";
      return planned(samples, `revision: ${lines} lines of up to ${attempts} ${how} each`);
    }
    default: {
      const samples = overrides.samples ?? limits.samples;
      return planned(samples, `the worse half of ${samples} samples is dropped again and again while they grow`);
    }
  }
}

function assertPossible({ method, overrides, capabilities, verifiers, rounds }: SearchPlanInput): void {
  const name = method === "best-of-n" ? "best-of-n with reject_early" : method;
  const refuse = (why: string) => new ReckonError("failed-precondition", `options.method: ${name} ${why}`);
  const continues = method !== "revision" || overrides.diverse === true;
  if (continues && !capabilities.continueFromPrefix)
    throw refuse("needs a model that continues from a prefix, and this one cannot");
  if (method === "revision") return;
  if (!verifiers.includes("prm")) {
    const there = verifiers.length === 0 ? "there is no verifier" : `there is ${verifiers.join(", ")}`;
    throw refuse(`needs a process reward model to score steps, and ${there}`);
  }
  if (rounds > 0) return;
  const description = `must be at least 1 for ${name}, which scores steps; got 0`;
  throw invalidArgument([{ field: "options.verification_rounds", description }]);
}
