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
/** What a reading counts for, so that a queue which a moment filled is no pressure. */
const weight = 0.5;
/** The window of one solve: so many samples begin at once, and wait for the model's next step, on an idle machine too. */
const leastRunning = 8;

/** Samples that wait and samples that run, as the mean of the last readings, newer ones counting for more. */
export interface MeanLoad {
  readonly queued: number;
  readonly running: number;
}

/** The mean after one more reading. */
export function readLoad(mean: MeanLoad, load: Pick<BackendLoad, "liveSamples" | "queuedSamples">): MeanLoad {
  const running = load.liveSamples - load.queuedSamples;
  return {
    queued: mean.queued + weight * (load.queuedSamples - mean.queued),
    running: mean.running + weight * (running - mean.running),
  };
}

/** Samples that wait for each that runs, 0 or more; a backend that does not tell counts as one that nobody waits for. */
export function backlogOf({ queued, running }: MeanLoad): number {
  return queued / Math.max(leastRunning, running);
}

/** A watch over a backend; it sleeps until it is started. */
export function createBacklogWatch(backend: Pick<Backend, "load">, clock: Clock): BacklogWatch {
  let mean: MeanLoad = { queued: 0, running: 0 };
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
      mean = await backend.load().then(
        (load) => readLoad(mean, load),
        () => ({ queued: 0, running: 0 }), // Whoever cannot be asked will be found out by those who need it.
      );
      await pause(everyMs, signal);
    }
    mean = { queued: 0, running: 0 };
  }
  return {
    get backlog() {
      return backlogOf(mean);
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
