import type { ReconnectOptions } from "./reconnect.ts";
import type { Method, Priority, Selection, Strategy } from "./vocabulary.ts";

/** What a client may fix; whatever it leaves out, Reckon decides. The server checks each range. */
export interface SolveOptions {
  readonly strategy?: Strategy;
  readonly method?: Method;
  /** Only with method `best-of-n`. */
  readonly selection?: Selection;
  /** N, the most samples; 1-256. */
  readonly samples?: number;
  /** K, samples in flight at once; 1-256. Default: as few as could still decide the vote, up to the plan's K. */
  readonly window?: number;
  /** 1-64. */
  readonly minSteps?: number;
  /** 1-64. */
  readonly maxSteps?: number;
  /** 0-16. */
  readonly verificationRounds?: number;
  /** Time for the whole solve, then the best answer so far; at most 600,000. */
  readonly timeoutMs?: number;
  /** 0-2. */
  readonly temperature?: number;
  /** In (0, 1]. */
  readonly topP?: number;
  /** 0 to 2^53 - 1. */
  readonly seed?: number;
  /** Overrides the estimate; 0-1. */
  readonly difficulty?: number;
  /** Stop at this confidence; in (0, 1]. */
  readonly confidenceThreshold?: number;
  /** The rule that ends thinking early, such as `beta:threshold=0.95,guard=1`; docs/stopping.md. */
  readonly stopRule?: string;
  /** The most output tokens to spend, cancelled ones included. */
  readonly maxOutputTokens?: number;
  /** The most model calls of the whole request; 1-65,536. */
  readonly maxCalls?: number;
  /** The most tokens of the whole request: prompts, output in whatever role, verifiers. */
  readonly maxTotalTokens?: number;
  /** The most the whole request may cost, in US dollars; needs a model with a price. */
  readonly maxCostUsd?: number;
  /** Who goes first, and who is refused first, under load. Default `normal`. */
  readonly priority?: Priority;
  readonly model?: string;
  /** Leave `thought-delta` events out. Default false. */
  readonly omitThoughts?: boolean;
  /** False: think until every planned sample has ended. Default true. */
  readonly earlyStopping?: boolean;
  /** Continuations of each kept path (`beam`), the most children of a node (`tree`); 1-16. */
  readonly expansions?: number;
  /** How many steps ahead `beam` judges a path; 0-8. */
  readonly lookAhead?: number;
  /** `beam`: independent subtrees; `monte-carlo`: entropic annealing; `tree`: adaptive branching; `revision`: budget forcing. */
  readonly diverse?: boolean;
  /** Attempts in a row of `revision`; 1-16. */
  readonly attempts?: number;
  /** `best-of-n`: speculative rejection. */
  readonly rejectEarly?: boolean;
  /** Whole samples before a search: it begins only where they leave the stop rule in doubt; 0-16. Default 0. */
  readonly drafts?: number;
}

/** What a call may carry beside its message. */
export interface CallOptions {
  /** Aborting it ends the call at once; what it was for is cancelled on the server. */
  readonly signal?: AbortSignal;
  /** The deadline of the call itself, in milliseconds from now; none by default. */
  readonly deadlineMs?: number;
  /** Headers of this call, over those of the client. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call that solves may carry beside that. */
export interface SolveCallOptions extends CallOptions {
  /**
   * Makes repeated calls one: while a solve with this key runs or is remembered, further calls join it. Default: a new key, so
   * that the client's own second attempts never solve twice. At most 256 bytes.
   */
  readonly idempotencyKey?: string;
  /** What to do when the connection breaks: go on where it broke (default), or throw at once (`false`). */
  readonly reconnect?: false | ReconnectOptions;
}

/** How to resume a solve. */
export interface ResumeOptions extends Omit<SolveCallOptions, "idempotencyKey"> {
  /** Sequence number of the last event that is known. Default 0: all that the server still has. */
  readonly after?: number;
}
