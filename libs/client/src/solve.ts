import { createEventStream } from "./event-stream.ts";
import { ReckonError } from "./reckon-error.ts";
import type { SolveEvent } from "./solve-event.ts";
import type { Outcome } from "./values.ts";

/** A running solve: its events, iterable once, and its outcome. */
export interface Solve extends AsyncIterable<SolveEvent> {
  /** Id of the solve, from its first event on. */
  readonly solveId: string | undefined;
  /**
   * The outcome. Reads the events itself where nobody iterates. Rejects with a `ReckonError`: what the server answered,
   * `cancelled` where the call was left or aborted, `truncated` where the stream ended without its outcome.
   */
  outcome(): Promise<Outcome>;
  /**
   * Asks the server to stop thinking; the stream then ends with the best answer so far and stop reason `cancelled`.
   * Before the first event it waits for that. A solve that has ended already is left as it is.
   */
  cancel(): Promise<void>;
  /** Ends the call at once, without an outcome, and has the server end the solve. */
  abort(): void;
}

/** What a solve is made from. */
export interface SolveSource {
  readonly open: (signal: AbortSignal) => AsyncIterable<SolveEvent>;
  readonly cancelById: (solveId: string) => Promise<unknown>;
  /** Tells the server that nobody will come back for the solve; `undefined` for an id that is not known yet. */
  readonly leave?: (solveId: string | undefined) => void;
  /** Id of a solve that was begun by another call. */
  readonly solveId?: string;
  readonly signal?: AbortSignal;
}

/** A solve over one server stream. */
export function createSolve({ open, cancelById, leave, signal, ...source }: SolveSource): Solve {
  const started = Promise.withResolvers<string>();
  started.promise.catch(() => undefined);
  let { solveId } = source;
  let ended = false;
  if (solveId !== undefined) started.resolve(solveId);

  async function* watch(callSignal: AbortSignal): AsyncGenerator<SolveEvent, void, void> {
    let failed = false;
    try {
      for await (const event of open(callSignal)) {
        if (event.type === "solve-started") {
          solveId = event.solveId;
          started.resolve(event.solveId);
        }
        if (event.type === "solve-ended") ended = true;
        yield event;
      }
    } catch (error) {
      failed = !callSignal.aborted;
      throw error;
    } finally {
      // Over HTTP/1.1 the server cannot tell a client that leaves from one whose connection broke.
      if (!ended && !failed) leave?.(solveId);
      ended = true;
      started.reject(new ReckonError("cancelled", "the solve ended before it had begun"));
    }
  }

  const stream = createEventStream<SolveEvent, Outcome>({
    open: watch,
    resultOf: (event) => (event.type === "solve-ended" ? event.outcome : undefined),
    lastEvent: "solve_ended",
    ...(signal && { signal }),
  });
  return {
    get solveId() {
      return solveId;
    },
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
    outcome: () => stream.result(),
    async cancel() {
      const id = await started.promise;
      if (ended) return;
      try {
        await cancelById(id);
      } catch (thrown) {
        const error = ReckonError.from(thrown);
        // It ended by itself while the request was on its way.
        if (error.code !== "not-found") throw error;
      }
    },
    abort: () => stream.abort(),
  };
}
