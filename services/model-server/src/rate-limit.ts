import { type Clock, systemClock } from "@reckon/core";
import { ApiError } from "./http/api-error.ts";

/** Requests and tokens a minute. */
export interface RateLimits {
  /** Default 14,400. */
  readonly requestsPerMinute?: number;
  /** Default 10,000,000. */
  readonly tokensPerMinute?: number;
}

/** Two token buckets, told of in headers as Groq does. */
export interface RateLimit {
  /** Takes a request and its tokens; returns the headers, or throws a 429 with them and Retry-After. */
  take(tokens: number): Readonly<Record<string, string>>;
  /** Gives back what was taken and not used, or takes what was used beyond. */
  settle(taken: number, used: number): void;
}

interface Bucket {
  readonly capacity: number;
  level: number;
  atMs: number;
}

/** Creates the limit; buckets are full at first and fill evenly over a minute. */
export function createRateLimit(limits: RateLimits = {}, clock: Clock = systemClock): RateLimit {
  const { requestsPerMinute = 14_400, tokensPerMinute = 10_000_000 } = limits;
  const nowMs = clock.nowMs();
  const requests: Bucket = { capacity: requestsPerMinute, level: requestsPerMinute, atMs: nowMs };
  const tokens: Bucket = { capacity: tokensPerMinute, level: tokensPerMinute, atMs: nowMs };

  const fill = (bucket: Bucket): void => {
    const now = clock.nowMs();
    bucket.level = Math.min(bucket.capacity, bucket.level + ((now - bucket.atMs) * bucket.capacity) / 60_000);
    bucket.atMs = now;
  };
  /** Milliseconds until the bucket holds `level`. */
  const wait = (bucket: Bucket, level: number): number =>
    Math.max(0, ((Math.min(level, bucket.capacity) - bucket.level) * 60_000) / bucket.capacity);
  const headers = (): Record<string, string> => ({
    "x-ratelimit-limit-requests": String(requests.capacity),
    "x-ratelimit-limit-tokens": String(tokens.capacity),
    "x-ratelimit-remaining-requests": String(Math.max(0, Math.floor(requests.level))),
    "x-ratelimit-remaining-tokens": String(Math.max(0, Math.floor(tokens.level))),
    "x-ratelimit-reset-requests": duration(wait(requests, requests.capacity)),
    "x-ratelimit-reset-tokens": duration(wait(tokens, tokens.capacity)),
  });
  return {
    take(count) {
      fill(requests);
      fill(tokens);
      const waitMs = Math.max(wait(requests, 1), wait(tokens, count));
      if (waitMs > 0) {
        const kind = wait(requests, 1) > 0 ? "requests" : "tokens";
        const retryAfter = String(Math.ceil(waitMs / 1000));
        const message = `Rate limit reached on ${kind} per minute. Please try again in ${retryAfter}s.`;
        const more = { type: kind, code: "rate_limit_exceeded" };
        throw new ApiError(429, message, { ...more, headers: { ...headers(), "retry-after": retryAfter } });
      }
      requests.level -= 1;
      tokens.level -= count;
      return headers();
    },
    settle(taken, used) {
      fill(tokens);
      tokens.level = Math.min(tokens.capacity, tokens.level + taken - used);
    },
  };
}

/** As Groq writes durations: `7.66s`, `2m59.56s`. */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms - minutes * 60_000) / 1000).toFixed(2).replace(/\.?0+$/, "");
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
