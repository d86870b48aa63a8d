import { type Clock, notNeeded } from "@reckon/core";

/** Rings once, at the earliest of the times that it was set to. */
export interface Alarm {
  setIn(ms: number): void;
  stop(): void;
}

/** An alarm that is not set. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let atMs = Number.POSITIVE_INFINITY;
  let pending: AbortController | undefined;
  const stop = () => {
    pending?.abort(notNeeded);
    pending = undefined;
    atMs = Number.POSITIVE_INFINITY;
  };
  return {
    stop,
    setIn(ms) {
      const wantedAtMs = clock.nowMs() + ms;
      if (wantedAtMs >= atMs) return;
      stop();
      atMs = wantedAtMs;
      const own = new AbortController();
      pending = own;
      clock.sleep(ms, own.signal).then(
        () => {
          stop();
          ring();
        },
        // It was set to an earlier time, or stopped.
        () => undefined,
      );
    },
  };
}
