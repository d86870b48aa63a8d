import type { BreakerState } from "@reckon/core";

/** Why a request for a sample was made, beside the first one. */
export type AttemptKind = "first" | "retry" | "continuation" | "hedge";

/** How a request for a sample ended, for metrics. */
export type AttemptEnd = "stop" | "length" | "cancelled" | "failed" | "lost-hedge" | "timed-out";

/** Told of everything that routing does, for metrics and logs. */
export interface RoutingNews {
  breakerChanged(pool: string, replica: string, state: BreakerState): void;
  attemptEnded(pool: string, replica: string, kind: AttemptKind, end: AttemptEnd): void;
  firstToken(pool: string, elapsedMs: number): void;
  /** A sample went to another replica than its solve's own, as that one was full. */
  spilled(pool: string): void;
  /** A sample went to another pool, as its own could not take it. */
  fellBack(from: string, to: string, why: string): void;
  /** Reasoning steps that a sample had, by the architecture of its model. */
  steps(architecture: string, count: number): void;
  cacheAsked(isHit: boolean): void;
}

/** For those who do not want to know. */
export const noNews: RoutingNews = {
  breakerChanged: () => undefined,
  attemptEnded: () => undefined,
  firstToken: () => undefined,
  spilled: () => undefined,
  fellBack: () => undefined,
  steps: () => undefined,
  cacheAsked: () => undefined,
};
