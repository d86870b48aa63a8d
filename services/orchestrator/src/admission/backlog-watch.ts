import { type Backend, type BackendLoad, type Clock, notNeeded } from "@reckon/core";
import { runDetached } from "@reckon/rpc";

/** Knows how many samples wait at the models for each that is generated there. */
export interface BacklogWatch {
  /** As last heard; 0 where nothing was heard lately. */
  readonly backlog: number;
  /** Asks every half second from now on; more calls do nothing. */
  start(): void;
  /** Asks no more. */
  stop(): void;
}

const everyMs = 500;

/** Samples that wait for each that runs, 0 or more; a backend that does not tell counts as one that nobody waits for. */
export function backlogOf({ liveSamples, queuedSamples }: Pick<BackendLoad, "liveSamples" | "queuedSamples">): number {
  return queuedSamples / Math.max(1, liveSamples - queuedSamples);
}

/** A watch over a backend; it sleeps until it is started. */
export function createBacklogWatch(backend: Pick<Backend, "load">, clock: Clock): BacklogWatch {
  let backlog = 0;
  let running: AbortController | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await clock.sleep(ms, signal).catch(() => undefined); // Stopped: the loop sees it.
  }

  async function watch(signal: AbortSignal): Promise<void> {
    // Where solves come one after the other, each would ask anew as it begins.
    await pause(askedAtMs + everyMs - clock.nowMs(), signal);
    while (!signal.aborted) {
      askedAtMs = clock.nowMs();
      backlog = await backend.load().then(
        backlogOf,
        () => 0, // Whoever cannot be asked will be found out by those who need it.
      );
      await pause(everyMs, signal);
    }
    backlog = 0;
  }
  return {
    get backlog() {
      return backlog;
    },
    start() {
      if (running !== undefined) return;
      const controller = new AbortController();
      running = controller;
      // Outside of the call that happens to be the first: it may be over soon.
      void runDetached(() => watch(controller.signal));
    },
    stop() {
      running?.abort(notNeeded);
      running = undefined;
    },
  };
}
