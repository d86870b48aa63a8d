import type { Clock } from "@reckon/core";
import type { RateLimitNews, RateLimitState } from "./rate-limit-headers.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** Limits of a provider's account; what is absent is without limit until a response tells of one. */
export interface RateLimiterOptions {
  readonly clock: Clock;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

/** A call that the limiter has counted before it is made. */
export interface RateReservation {
  /** The provider has answered: from now on its headers know of this call. May be called more than once. */
  answered(): void;
  /** The call has ended and took this many tokens, prompt and output; also marks it as answered. */
  settle(tokens: number): void;
}

/** Keeps calls within requests and tokens a minute. */
export interface RateLimiter {
  /** Milliseconds until a call of about this many tokens may be made; 0 where it may now. */
  waitMs(tokens: number): number;
  /** Counts a call of about this many tokens, or `undefined` where it has to wait. */
  tryReserve(tokens: number): RateReservation | undefined;
  /** Takes over what a response says. */
  correct(news: RateLimitNews): void;
  /** Nothing passes for this long: the provider asked for it (429 with Retry-After). */
  pause(ms: number): void;
}

const minuteMs = 60_000;

/**
 * Token buckets in two dimensions, full at first. What the provider says of its own count replaces ours, less the calls that
 * it cannot have counted yet. Limits that nobody configured are learned from the first response.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock, requestsPerMinute = Number.POSITIVE_INFINITY, tokensPerMinute = Number.POSITIVE_INFINITY } = options;
  const requests = createTokenBucket(clock, requestsPerMinute, minuteMs);
  const tokens = createTokenBucket(clock, tokensPerMinute, minuteMs);
  let pausedUntilMs = 0;
  let unansweredCalls = 0;
  let unansweredTokens = 0;

  const waitMs = (amount: number): number =>
    Math.max(pausedUntilMs - clock.nowMs(), requests.waitMs(1), tokens.waitMs(amount), 0);

  const take = (bucket: TokenBucket, state: RateLimitState | undefined, unanswered: number) => {
    if (state === undefined) return;
    const { remaining, limit, fullInMs } = state;
    if (limit === undefined) {
      // A bucket without limit stays so where only what is left is told: it may be everything.
      if (bucket.level() !== Number.POSITIVE_INFINITY) bucket.correct({ level: remaining - unanswered });
      return;
    }
    const isFilling = fullInMs !== undefined && fullInMs > 0 && limit > remaining;
    const perMs = isFilling ? { perMs: (limit - remaining) / fullInMs } : {};
    bucket.correct({ level: remaining - unanswered, capacity: limit, ...perMs });
  };

  return {
    waitMs,
    tryReserve(amount) {
      if (waitMs(amount) > 0) return undefined;
      requests.take(1);
      tokens.take(amount);
      unansweredCalls += 1;
      unansweredTokens += amount;
      let isAnswered = false;
      let isSettled = false;
      const answered = () => {
        if (isAnswered) return;
        isAnswered = true;
        unansweredCalls -= 1;
        unansweredTokens -= amount;
      };
      return {
        answered,
        settle(used) {
          answered();
          if (isSettled) return;
          isSettled = true;
          tokens.take(used - amount);
        },
      };
    },
    correct(news) {
      take(requests, news.requests, unansweredCalls);
      take(tokens, news.tokens, unansweredTokens);
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.nowMs() + ms);
    },
  };
}
