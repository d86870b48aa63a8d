/** How retries are spaced. */
export interface BackoffOptions {
  /** The longest first wait, in milliseconds. Default 250. */
  readonly baseMs?: number;
  /** The longest wait of all. Default 8,000. */
  readonly maxMs?: number;
  /** The longest wait that a peer may ask for; for a longer one it is not worth staying. Default 30,000. */
  readonly maxRetryAfterMs?: number;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Milliseconds to wait before retry `retry` (0 for the first): exponential with full jitter, uniform in
 * [0, min(maxMs, baseMs * 2^retry)] (Brooker, "Exponential Backoff And Jitter", 2015). Where the peer asked for a wait
 * (Retry-After), it is kept and the jitter comes on top, so that those who were told the same do not come back together.
 * `undefined` where the peer asked for longer than `maxRetryAfterMs`: then it is better to go elsewhere, or to give up.
 */
export function backoffMs(retry: number, retryAfterMs?: number, options: BackoffOptions = {}): number | undefined {
  const { baseMs = 250, maxMs = 8_000, maxRetryAfterMs = 30_000, random = Math.random } = options;
  if (retryAfterMs !== undefined && retryAfterMs > maxRetryAfterMs) return undefined;
  const jitterMs = random() * Math.min(maxMs, baseMs * 2 ** retry);
  return (retryAfterMs ?? 0) + jitterMs;
}
