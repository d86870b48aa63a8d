/** How a supervised handler is run and told about. */
export interface Supervision {
  /** Runs a step of the handler in the context of its call. */
  readonly enter: <T>(step: () => T) => T;
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /** Called once, when the handler has really ended: with what it threw, or with nothing. */
  readonly onEnd: (error?: unknown) => void;
}

/**
 * Waits for a handler, but no longer than its caller does: rejects with the signal's reason as soon as it aborts. `onEnd`
 * waits for the handler itself, however late.
 */
export function supervise<T>(run: () => Promise<T>, { enter, signal, onEnd }: Supervision): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortReason(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    const settle = (error?: unknown) => {
      signal.removeEventListener("abort", onAbort);
      onEnd(error);
    };
    if (signal.aborted) onAbort();
    enter(run).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle(error);
        reject(error);
      },
    );
  });
}

/**
 * The stream of a handler with three properties that a bare async generator lacks: each step runs in the call's context; an
 * abort rejects the step that is waiting and makes the handler's `finally` blocks run at once where it is suspended at a
 * `yield`; and `onEnd` tells when the handler has really ended, also when its client has vanished.
 */
export function superviseStream<T>(source: AsyncIterable<T>, { enter, signal, onEnd }: Supervision): AsyncIterable<T> {
  const inner = enter(() => source[Symbol.asyncIterator]());
  let ended = false;
  let aborted = false;
  let running: Promise<unknown> = Promise.resolve();
  let rejectWaiting: ((reason: unknown) => void) | undefined;
  let leaving: Promise<void> | undefined;

  const end = (error?: unknown) => {
    if (ended) return;
    ended = true;
    signal.removeEventListener("abort", onAbort);
    onEnd(error);
  };
  const leave = () => {
    leaving ??= (async () => {
      try {
        if (inner.return === undefined) await running;
        else await enter(() => inner.return?.());
        end();
      } catch (error) {
        end(error);
      }
    })();
    return leaving;
  };
  const onAbort = () => {
    aborted = true;
    rejectWaiting?.(abortReason(signal));
    void leave();
  };
  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      // A handler that ended because it was aborted has not ended well.
      if (aborted) return reject(abortReason(signal));
      rejectWaiting = reject;
      const step = enter(() => inner.next());
      running = step.then(
        (result) => {
          rejectWaiting = undefined;
          if (result.done === true) end();
          resolve(result);
        },
        (error) => {
          rejectWaiting = undefined;
          end(error);
          reject(error);
        },
      );
    });

  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const iterator: AsyncIterator<T> = {
    next,
    return: (value) => leave().then(() => ({ done: true, value })),
    throw: (error) => leave().then(() => Promise.reject(error)),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Why a signal aborted, always an error. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("the call was aborted", "AbortError");
}
