/** What the client picks: how much thinking a problem may have. */
export type Strategy = "fast" | "balanced" | "comprehensive" | "adaptive";

/** How a strategy searches. */
export type Method = "single" | "self-consistency" | "best-of-n" | "beam" | "monte-carlo" | "tree" | "revision";

/** How an answer is chosen from the samples: the best score, the most votes, or the largest sum of scores. */
export type Selection = "best-score" | "majority" | "weighted-vote";

/** Why thinking ended. */
export type StopReason =
  | "confident"
  | "exhausted"
  | "deadline"
  | "budget"
  | "cancelled"
  | "failed"
  | "no-gain"
  | "draining"
  | "lost";

/**
 * How a stop rule decides: `none` never stops early; `unanimous` when a block of samples agrees (ESC); `share` at a share of
 * the votes; `beta` and `dirichlet` when the leader is likely to stay the leader; `confidence` when it is likely right;
 * `value` when one more sample is not worth its price.
 */
export type StopRuleName = "none" | "unanimous" | "share" | "beta" | "dirichlet" | "confidence" | "value";

/** The rule that ends thinking early: its name, its threshold in (0, 1] and the votes it needs first (>= 1). */
export interface StopRule {
  readonly name: StopRuleName;
  readonly threshold: number;
  readonly minVotes: number;
  /**
   * `confidence` and `value`: give up once one more sample is expected to raise P(the leader is right) by less than this, in
   * [0, 1); 0 or absent: never.
   */
  readonly minGain?: number;
  /** `value`: the same as a price of a thousand output tokens, times what a sample has cost so far; added to `minGain`. */
  readonly gainPerKiloToken?: number;
  /** `unanimous`: w, samples in a block; >= 1. Default 5. */
  readonly span?: number;
  /** `dirichlet`: mass of the answers not seen yet, > 0. Default 0.3. */
  readonly unseen?: number;
  /** `dirichlet`: stop at this Bayes factor, > 0, in place of the threshold. */
  readonly bayesFactor?: number;
  /** Against the bias to short chains: each sample in flight counts as this many votes for the runner-up, until it has caught up; [0, 1]. Default 0. */
  readonly guard?: number;
  /** Against the same bias, for good: a vote counts only when every sample started before it has ended. Default false. */
  readonly inOrder?: boolean;
}

/** How a method searches that builds its samples step by step. What a method does not use has no effect. */
export interface SearchPlan {
  /** Continuations of each kept path (`beam`), the most children of a node (`tree`); 1-16. */
  readonly expansions: number;
  /** `beam`: how many steps ahead a path is judged, 0-8; 0 judges it as it stands. */
  readonly lookAhead: number;
  /**
   * `beam`: independent subtrees instead of one frontier (DVTS). `monte-carlo`: weights are tempered early (entropic
   * annealing). `tree`: each node chooses by its own evidence between wider and deeper (adaptive branching). `revision`: a chain
   * thinks on after its answer (budget forcing).
   */
  readonly diverse: boolean;
  /** `revision`: attempts in a row, each with earlier ones in view; 1-16. */
  readonly attempts: number;
  /** `best-of-n`: drop the worst half of the samples again and again while they grow (speculative rejection). */
  readonly rejectEarly: boolean;
  /** Whole samples, one after the other, before the search: it begins only where they leave the stop rule in doubt; 0-16. */
  readonly drafts: number;
}

/** What Reckon decided to spend on a problem, and how. */
export interface Plan {
  readonly strategy: Strategy;
  readonly method: Method;
  readonly selection: Selection;
  /** N, the most samples; 1-256. */
  readonly samples: number;
  /** K, the most samples in flight at once; 1 to `samples`. With `search`, the most continuations in flight; 1-256. */
  readonly window: number;
  /** True: K samples are always in flight. Default false: as few as could still decide the vote, K at most. */
  readonly windowFixed?: boolean;
  /** 1-64. */
  readonly minSteps: number;
  /** 1-64. */
  readonly maxSteps: number;
  /** The most tokens one sample may generate. */
  readonly maxSampleTokens: number;
  /** 0-16. */
  readonly verificationRounds: number;
  /** For methods that search step by step; absent for whole, independent samples. */
  readonly search?: SearchPlan | undefined;
  readonly stopRule: StopRule;
  readonly timeoutMs: number;
  /** 0-2. */
  readonly temperature: number;
  /** In (0, 1]. */
  readonly topP: number;
  /** Model id; empty for the backend's default. */
  readonly model: string;
  /** Why this plan, one sentence each. */
  readonly reasons: readonly string[];
}

/** Who goes first, and who is refused first, under load. */
export type Priority = "low" | "normal" | "high";

/** What a client may fix of a plan; `undefined` leaves it to Reckon. Units and ranges as in `Plan`. */
export interface PlanOverrides {
  readonly strategy?: Strategy;
  readonly method?: Method;
  readonly selection?: Selection;
  readonly samples?: number;
  readonly window?: number;
  readonly minSteps?: number;
  readonly maxSteps?: number;
  readonly verificationRounds?: number;
  readonly timeoutMs?: number;
  readonly temperature?: number;
  readonly topP?: number;
  /** 0 to 2^53 - 1. */
  readonly seed?: number;
  /** Overrides the estimated difficulty; [0, 1]. */
  readonly difficulty?: number;
  /** In (0, 1]. */
  readonly confidenceThreshold?: number;
  /** In place of the rule that Reckon would choose. */
  readonly stopRule?: StopRule;
  readonly maxOutputTokens?: number;
  /** Model calls of the whole request: samples, hedges, retries. */
  readonly maxCalls?: number;
  /** Tokens of the whole request: prompts, output in whatever role, verifiers. */
  readonly maxTotalTokens?: number;
  /** US dollars for the whole request. */
  readonly maxCostUsd?: number;
  /** Default `normal`. */
  readonly priority?: Priority;
  readonly model?: string;
  readonly earlyStopping?: boolean;
  /** As in `SearchPlan`, for the methods that use it. */
  readonly expansions?: number;
  readonly lookAhead?: number;
  readonly diverse?: boolean;
  readonly attempts?: number;
  readonly rejectEarly?: boolean;
  readonly drafts?: number;
}
