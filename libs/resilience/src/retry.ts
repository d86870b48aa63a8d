import { type Clock, ReckonError } from "@reckon/core";
import { type BackoffOptions, backoffMs } from "./backoff.ts";

/** How often and how to try again. */
export interface RetryOptions extends BackoffOptions {
  readonly clock: Clock;
  /** Retries after the first attempt. Default 2. */
  readonly retries?: number;
  /** Which failures to try again after. Default: those that are `retryable`. */
  readonly isWorthIt?: (error: ReckonError) => boolean;
  /** Ends the waiting; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Told of every failure that is tried again, with the wait before that. */
  readonly onRetry?: (error: ReckonError, waitMs: number) => void;
}

/**
 * Calls `attempt` until it resolves, fails for good (by default: `retryable` is false), or retries are used up; then its last error is
 * thrown. For calls that answer once: what has begun to stream must not be repeated.
 */
export async function retry<T>(attempt: (retry: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, retries = 2, signal, isWorthIt = ({ retryable }) => retryable } = options;
  for (let i = 0; ; i += 1) {
    try {
      return await attempt(i);
    } catch (thrown) {
      const error = ReckonError.from(thrown);
      const waitMs = isWorthIt(error) && i < retries ? backoffMs(i, error.retryAfterMs, options) : undefined;
      if (waitMs === undefined) throw thrown;
      options.onRetry?.(error, waitMs);
      await clock.sleep(waitMs, signal);
    }
  }
}
