import { ReckonError } from "./reckon-error.ts";
import type { SolveEvent } from "./solve-event.ts";

/** How a solve is followed through broken connections. */
export interface ReconnectOptions {
  /**
   * How long a solve may be out of reach before its error is thrown. Default 30,000 ms for one that has begun; one that has
   * not is asked for three times at once, because a server that was never reached more likely has another address.
   */
  readonly patienceMs?: number;
}

/** The two ways to the events of one solve. */
export interface SolveCalls {
  /** Asks for the solve; again and again it gives the same one (it carries an idempotency key). Events from the first on. */
  readonly open: (signal: AbortSignal) => AsyncIterable<SolveEvent>;
  /** The events after a number. */
  readonly resume: (solveId: string, afterSequence: number, signal: AbortSignal) => AsyncIterable<SolveEvent>;
}

/** Where to begin. */
export interface SolvePlace {
  /** `undefined`: to be asked for. */
  readonly solveId: string | undefined;
  readonly afterSequence: number;
}

const backoffMs = { first: 100, most: 2_000 };
const firstAttempts = 3;
const defaultPatienceMs = 30_000;

/**
 * The events of a solve, each once and in order, through connections that break: it resumes after the last event, with
 * exponential backoff and full jitter, until `solve-ended`. Throws what broke the stream where the server does not know the solve
 * (any more), where it is out of reach for longer than `patienceMs`, and at once for every failure that is no broken connection.
 */
export async function* followSolve(
  { open, resume }: SolveCalls,
  place: SolvePlace,
  { patienceMs }: ReconnectOptions,
  signal: AbortSignal,
): AsyncGenerator<SolveEvent, void, void> {
  let { solveId, afterSequence: last } = place;
  let broken: { readonly error: ReckonError; readonly sinceMs: number } | undefined;
  let attempts = 0;
  for (;;) {
    const isResumed = solveId !== undefined;
    try {
      const events = solveId === undefined ? open(signal) : resume(solveId, last, signal);
      for await (const event of events) {
        if (event.sequence <= last) continue;
        last = event.sequence;
        attempts = 0;
        broken = undefined;
        if (event.type === "solve-started") solveId = event.solveId;
        yield event;
        if (event.type === "solve-ended") return;
      }
      throw new ReckonError("truncated", "the stream ended without solve_ended");
    } catch (thrown) {
      const error = ReckonError.from(thrown);
      if (signal.aborted || !isBrokenOff(error)) {
        // Why the stream broke says more than that it cannot be gone on with.
        throw isResumed && broken !== undefined && isUnknown(error) ? broken.error : error;
      }
      attempts += 1;
      broken ??= { error, sinceMs: performance.now() };
      const outOfReachMs = performance.now() - broken.sinceMs;
      const isOver =
        solveId === undefined && patienceMs === undefined
          ? attempts >= firstAttempts
          : outOfReachMs >= (patienceMs ?? defaultPatienceMs);
      if (isOver) throw broken.error;
      const ceiling = Math.min(backoffMs.first * 2 ** (attempts - 1), backoffMs.most);
      await sleep(error.retryAfterMs ?? Math.random() * ceiling, signal);
    }
  }
}

/** A connection that broke, or a server that goes away: what a later call may find mended. */
function isBrokenOff({ code }: ReckonError): boolean {
  return code === "truncated" || code === "unavailable";
}

/** The server has no such solve, or cannot resume at all. */
function isUnknown({ code }: ReckonError): boolean {
  return code === "not-found" || code === "unimplemented";
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
}
