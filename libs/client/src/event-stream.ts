import { ReckonError } from "./reckon-error.ts";

/** What `createEventStream` makes its stream from. */
export interface EventStreamOptions<Event, Result> {
  /** Opens the call; the signal ends it. */
  readonly open: (signal: AbortSignal) => AsyncIterable<Event>;
  /** The result that an event carries, for the last event; `undefined` for every other. */
  readonly resultOf: (event: Event) => Result | undefined;
  /** What the last event is called, for the error of a stream without it. */
  readonly lastEvent: string;
  /** The caller's signal. */
  readonly signal?: AbortSignal;
}

/** A call's events, iterable once, and the result that the last of them carries. */
export interface EventStream<Event, Result> extends AsyncIterable<Event> {
  /** Reads the stream where nobody else does; throws what ended it before its last event. */
  result(): Promise<Result>;
  /** Ends the call at once. */
  abort(): void;
}

/**
 * Reads one server stream. Nothing is sent before the first use. Leaving an iteration early ends the call, and so does
 * `abort` or the caller's signal; a stream without its last event is an error (`truncated`), never a short answer.
 */
export function createEventStream<Event, Result>(
  options: EventStreamOptions<Event, Result>,
): EventStream<Event, Result> {
  const controller = new AbortController();
  const result = Promise.withResolvers<Result>();
  // Whoever does not ask for the result has the same error from the iteration.
  result.promise.catch(() => undefined);
  let taken = false;

  async function* read(): AsyncGenerator<Event, void, void> {
    let ended = false;
    const signal = options.signal ? AbortSignal.any([controller.signal, options.signal]) : controller.signal;
    try {
      signal.throwIfAborted();
      for await (const event of options.open(signal)) {
        const value = options.resultOf(event);
        if (value !== undefined) {
          ended = true;
          result.resolve(value);
        }
        yield event;
      }
      if (!ended) throw new ReckonError("truncated", `the stream ended without ${options.lastEvent}`);
    } catch (thrown) {
      const error = signal.aborted
        ? new ReckonError("cancelled", "the call was ended by its caller", { cause: thrown })
        : ReckonError.from(thrown);
      if (ended) return;
      result.reject(error);
      throw error;
    } finally {
      // Without this the server would go on thinking for a consumer that has left.
      controller.abort();
      result.reject(new ReckonError("cancelled", "the consumer left before the last event"));
    }
  }

  function take(): AsyncGenerator<Event, void, void> {
    if (taken) throw new ReckonError("failed-precondition", "the events of a call can be iterated once");
    taken = true;
    return read();
  }

  async function drain(): Promise<void> {
    // A tick later, so that `const outcome = solve.outcome(); for await (...)` works in either order.
    await Promise.resolve();
    if (taken) return;
    for await (const _ of take()) {
      // Only the result is wanted.
    }
  }

  return {
    [Symbol.asyncIterator]: take,
    result() {
      drain().catch(() => undefined);
      return result.promise;
    },
    abort: () => controller.abort(),
  };
}
