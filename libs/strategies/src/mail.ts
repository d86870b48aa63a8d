import type { GenerationEvent, ScoringEvent } from "@reckon/core";

/** Why a timer was set. */
export type TimerName = "deadline" | "hurry" | "settle" | "verdicts" | "late-verdicts";

/** Everything that can happen to a solve, in one queue, so that one loop sees it in one order. */
export type Mail =
  | { readonly type: "generation"; readonly event: GenerationEvent }
  | { readonly type: "generation-opened" }
  | { readonly type: "generation-lost"; readonly call: number; readonly error: unknown }
  | { readonly type: "scoring"; readonly event: ScoringEvent }
  | { readonly type: "scoring-lost"; readonly error: unknown }
  | { readonly type: "timer"; readonly name: TimerName; readonly sample?: number }
  | { readonly type: "aborted"; readonly reason: unknown }
  /** A search has something to say, or is done; of searches alone. */
  | { readonly type: "search"; readonly ended: boolean; readonly error?: unknown };
