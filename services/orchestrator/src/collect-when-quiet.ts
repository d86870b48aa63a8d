import { Session } from "node:inspector/promises";

/** After so long without a solve what was garbage is collected, and again when kept sessions have gone. Milliseconds. */
const QUIET_MS = [15_000, 60_000, 240_000] as const;
/** How often it is looked at. */
const LOOK_MS = 5_000;

/** What a collector looks at and calls. */
export interface QuietPorts {
  /** Solves that think at present. */
  live(): number;
  /** Solves begun so far: tells a quiet time from one between two looks. */
  begun(): number;
  nowMs(): number;
  collect(): Promise<void>;
}

/**
 * Looks whether it is time to collect. V8 collects when memory is asked for; a service that nobody asks anything asks for none, and keeps what a
 * busy hour has left behind. So after 15, 60 and 240 s of quiet a whole collection is asked for, once each; a new solve starts the
 * count anew.
 */
export function createQuietLook({ live, begun, nowMs, collect }: QuietPorts): () => Promise<void> {
  let seen = begun();
  let quietSince = nowMs();
  // Nothing was solved yet: nothing to collect.
  let done: number = QUIET_MS.length;
  return async () => {
    const count = begun();
    if (live() > 0 || count !== seen) {
      [seen, quietSince, done] = [count, nowMs(), 0];
      return;
    }
    const due = QUIET_MS[done];
    if (due === undefined || nowMs() - quietSince < due) return;
    done += 1;
    await collect();
  };
}

/** Collects all garbage of this process, about 0.1 s, through the inspector's own session: no flag, no open port. */
export async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post("HeapProfiler.collectGarbage");
  } finally {
    session.disconnect();
  }
}

/** Collects in quiet times until it is stopped; keeps no process alive. */
export function collectWhenQuiet(ports: Omit<QuietPorts, "collect">, warn: (message: string, err: unknown) => void) {
  const look = createQuietLook({ ...ports, collect: collectGarbage });
  const timer = setInterval(() => {
    look().catch((err: unknown) => warn("garbage could not be collected in a quiet time", err));
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
