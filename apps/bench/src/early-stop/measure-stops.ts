import type { Reckon } from "@reckon/client";
import type { ClusterObserver } from "../cluster/observe.ts";

/** How thinking was ended: by the stop rule, by the Cancel RPC, or by a client that left its stream. */
export type StopWay = "stop rule" | "cancel" | "client left";

/** One stop: how many samples were live just before, and how long until none was. */
export interface StopMeasurement {
  readonly way: StopWay;
  readonly liveBefore: number;
  /** From the client's own action, or from the event that brought the confidence over its threshold, until GetLoad said 0. */
  readonly toZeroMs: number;
}

const enoughThoughts = 30;

/**
 * Solves a question with many samples in flight, ends it in one of the ways, and measures by asking the model-proxy without a
 * pause how long samples stay alive. `undefined` where thinking had ended by itself before.
 */
export async function measureStop(
  reckon: Reckon,
  observer: ClusterObserver,
  prompt: string,
  way: StopWay,
): Promise<StopMeasurement | undefined> {
  const watch = watchLive(observer);
  try {
    const stoppedAt = await stopSolve(reckon, prompt, way);
    if (stoppedAt === undefined) return undefined;
    const zeroAt = await watch.zeroAfter(stoppedAt);
    const liveBefore = watch.lastBefore(stoppedAt);
    return liveBefore === 0 ? undefined : { way, liveBefore, toZeroMs: Math.max(0, zeroAt - stoppedAt) };
  } finally {
    await watch.end();
  }
}

async function stopSolve(reckon: Reckon, prompt: string, way: StopWay): Promise<number | undefined> {
  const byRule = way === "stop rule";
  const solve = reckon.solve(prompt, {
    method: "self-consistency",
    samples: 32,
    window: 32,
    maxSteps: 64,
    verificationRounds: 0,
    timeoutMs: 60_000,
    earlyStopping: byRule,
    ...(byRule && { confidenceThreshold: 0.6 }),
  });
  let thoughts = 0;
  let stoppedAt: number | undefined;
  let cancelled = 0;
  for await (const event of solve) {
    if (event.type === "thought-delta" && !byRule) {
      thoughts += 1;
      if (thoughts !== enoughThoughts) continue;
      stoppedAt = performance.now();
      if (way === "client left") return stoppedAt;
      await solve.cancel();
    } else if (event.type === "confidence-changed" && byRule) stoppedAt = performance.now();
    else if (event.type === "solve-ended") cancelled = event.outcome.samplesCancelled;
  }
  return cancelled > 0 ? stoppedAt : undefined;
}

/** Asks for the live samples again and again; keeps every reading with the time before it was asked and after it came. */
function watchLive(observer: ClusterObserver) {
  const readings: { askedAt: number; at: number; live: number }[] = [];
  let going = true;
  const loop = (async () => {
    while (going) {
      const askedAt = performance.now();
      const live = await observer.liveSamples();
      readings.push({ askedAt, at: performance.now(), live });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  return {
    lastBefore: (time: number) => readings.findLast((reading) => reading.at <= time)?.live ?? 0,
    async zeroAfter(time: number): Promise<number> {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const zero = readings.find((reading) => reading.askedAt >= time && reading.live === 0);
        if (zero !== undefined) return zero.at;
        if (performance.now() > deadline) throw new Error("samples were still alive 10 s after the stop");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    async end() {
      going = false;
      await loop;
    },
  };
}
