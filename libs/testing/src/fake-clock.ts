import type { Clock } from "@reckon/core";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, waking sleepers in the order of their times; what they do runs before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A fake clock that begins at `startMs`, 0 by default. */
export function createFakeClock(startMs = 0): FakeClock {
  let nowMs = startMs;
  let sleepers: Sleeper[] = [];
  const take = (untilMs: number) => {
    const due = sleepers.filter((sleeper) => sleeper.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
    if (due !== undefined) sleepers = sleepers.filter((sleeper) => sleeper !== due);
    return due;
  };
  return {
    nowMs: () => nowMs,
    get sleepers() {
      return sleepers.length;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleepers = sleepers.filter((sleeper) => sleeper !== entry);
          reject(signal?.reason);
        };
        const entry: Sleeper = {
          atMs: nowMs + ms,
          wake: () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        sleepers.push(entry);
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (let due = take(untilMs); due !== undefined; due = take(untilMs)) {
        nowMs = Math.max(nowMs, due.atMs);
        due.wake();
        await settleMicrotasks();
      }
      nowMs = untilMs;
      await settleMicrotasks();
    },
  };
}

/** Lets everything run that waits for nothing but promises. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
