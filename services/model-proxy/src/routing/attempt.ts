import { type Clock, notNeeded, type SampleEnd, type SampleUsage } from "@reckon/core";
import type { LaneSample } from "./lanes.ts";
import type { Placement } from "./pool.ts";
import type { AttemptEnd, AttemptKind, RoutingNews } from "./routing-news.ts";

/** One request for a sample, on one replica. */
export interface Attempt {
  readonly kind: AttemptKind;
  readonly placement: Placement;
  /** Set once it runs; it may be cancelled before. */
  handle: LaneSample | undefined;
  /** The replica took it up. */
  began: boolean;
  beganAtMs: number;
  gaveTokens: boolean;
  ended: boolean;
  /** We gave it up: the caller cancelled, another one was faster, or it was too slow. */
  given: "cancelled" | "lost-hedge" | "timed-out" | undefined;
  /** Ends its timers. */
  readonly timers: AbortController;
}

/** A request that is about to be made. */
export function createAttempt(kind: AttemptKind, placement: Placement): Attempt {
  return {
    kind,
    placement,
    handle: undefined,
    began: false,
    beganAtMs: 0,
    gaveTokens: false,
    ended: false,
    given: undefined,
    timers: new AbortController(),
  };
}

/** Gives an attempt up for a reason; one that has ended stays as it is. */
export function giveUp(attempt: Attempt, why: NonNullable<Attempt["given"]>): void {
  if (attempt.ended || attempt.given !== undefined) return;
  attempt.given = why;
  attempt.timers.abort(notNeeded);
  attempt.handle?.cancel();
}

/** Notes the first token of an attempt: its replica works. */
export function noteFirstToken(attempt: Attempt, clock: Clock, news: RoutingNews): void {
  const { pool, replica, pass, reservation } = attempt.placement;
  attempt.gaveTokens = true;
  attempt.timers.abort(notNeeded);
  const elapsedMs = clock.nowMs() - attempt.beganAtMs;
  pass.succeed();
  reservation.answered();
  replica.concurrency.succeeded(replica.live);
  pool.hedging?.observed(elapsedMs);
  news.firstToken(pool.name, elapsedMs);
}

/** How an attempt came to its end. */
export interface Ending {
  readonly reason: SampleEnd;
  readonly usage: SampleUsage;
  readonly failureCode?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** Gives back what an attempt held, and tells breaker, limits and metrics how it went. */
export function settle(attempt: Attempt, ending: Ending, news: RoutingNews): void {
  const { pool, replica, pass, reservation, release } = attempt.placement;
  attempt.ended = true;
  attempt.timers.abort(notNeeded);
  reservation.settle(ending.usage.promptTokens + ending.usage.outputTokens);
  if (attempt.given === "timed-out") {
    pass.fail();
    replica.concurrency.overloaded(replica.live);
  } else if (ending.reason === "failed") judge(attempt, ending);
  else if (ending.reason === "cancelled") pass.abandon();
  else pass.succeed();
  news.attemptEnded(pool.name, replica.name, attempt.kind, endOf(attempt, ending));
  release();
}

/** What a failure says of the replica: that it is broken, that it has too much to do, or nothing. */
function judge({ placement }: Attempt, { failureCode, retryable, retryAfterMs }: Ending): void {
  const { pool, replica, pass } = placement;
  if (failureCode === "resource-exhausted") {
    replica.concurrency.overloaded(replica.live);
    if (retryAfterMs !== undefined) pool.limiter.pause(retryAfterMs);
    pass.abandon();
  } else if (retryable === false) {
    // What is wrong with the request would be wrong with any replica.
    pass.abandon();
  } else pass.fail();
}

function endOf(attempt: Attempt, { reason }: Ending): AttemptEnd {
  if (attempt.given !== undefined && reason !== "stop" && reason !== "length") return attempt.given;
  return reason === "pruned" ? "cancelled" : reason;
}

/** Whether anything was computed for an attempt; a request that was refused was not. */
export function hasComputed(attempt: Attempt, { usage, reason }: Ending): boolean {
  if (attempt.gaveTokens || usage.outputTokens > 0 || usage.promptTokens > 0) return true;
  return reason === "stop" || reason === "length" || (attempt.began && attempt.given !== undefined);
}
