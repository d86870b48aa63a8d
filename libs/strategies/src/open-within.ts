import { type Clock, notNeeded, ReckonError } from "@reckon/core";

/** Bounds on how long something may take to open. */
export interface OpenBounds {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Waits for something to open, but no longer than its bounds allow: throws `cancelled` when the signal aborts and
 * `deadline-exceeded` after the time. What opens too late is for whoever opened it to close.
 */
export async function openWithin<T>(opening: Promise<T>, bounds: OpenBounds): Promise<T> {
  const { clock, signal, timeoutMs } = bounds;
  const settled = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    const onAbort = () => reject(new ReckonError("cancelled", "cancelled before the model was reached"));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true, signal: settled.signal });
  });
  const late = clock.sleep(timeoutMs, settled.signal).then(() => {
    throw new ReckonError("deadline-exceeded", `the model could not be reached within ${Math.round(timeoutMs)} ms`);
  });
  // Those that lose the race are nobody's business.
  for (const other of [opening, late, cancelled]) other.catch(() => undefined);
  try {
    return await Promise.race([opening, cancelled, late]);
  } finally {
    settled.abort(notNeeded);
  }
}
