import { type Clock, ReckonError } from "@reckon/core";

/** What to watch, whom to tell. */
export interface FollowReadinessOptions {
  /** Resolves when the service can do its work; rejects with why it cannot. */
  readonly check: () => Promise<unknown>;
  readonly setReady: (ready: boolean) => void;
  /** Told why the service is not ready, each time the reason changes, and that it has become ready after all. */
  readonly log: (message: string) => void;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** How long to wait after a check that failed. Default 5,000. */
  readonly retryMs?: number;
  /** How long the returned promise waits for the first check at most. Default 3,000. */
  readonly patienceMs?: number;
}

/**
 * Checks until the service can work, and lets its health say so. Resolves after the first check, or when patience ends, so
 * that a start does not hang on an endpoint that does not answer; the watch goes on behind it.
 */
export async function followReadiness(options: FollowReadinessOptions): Promise<void> {
  const { check, setReady, log, clock, signal, retryMs = 5_000, patienceMs = 3_000 } = options;
  let why: string | undefined;
  const attempt = async (): Promise<boolean> => {
    try {
      await check();
      if (why !== undefined) log("ready after all");
      setReady(true);
      return true;
    } catch (error) {
      const { message } = ReckonError.from(error);
      if (message !== why) log(`not ready: ${message}`);
      why = message;
      return false;
    }
  };
  const watch = async (first: Promise<boolean>) => {
    let ready = await first;
    while (!ready && !signal.aborted) {
      // Rejects only when the signal aborts, which the loop sees.
      await clock.sleep(retryMs, signal).catch(() => undefined);
      if (!signal.aborted) ready = await attempt();
    }
  };
  setReady(false);
  const first = attempt();
  void watch(first);
  const patience = new AbortController();
  await Promise.race([first, clock.sleep(patienceMs, patience.signal).catch(() => undefined)]);
  patience.abort();
}
