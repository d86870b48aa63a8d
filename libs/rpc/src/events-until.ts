/**
 * The items of a stream, unless `feeding` fails: then that failure is thrown at once, whatever the stream is waiting for.
 * `feeding` resolving means nothing. The stream is left in either case.
 */
export async function* eventsUntil<T>(
  events: AsyncIterable<T>,
  feeding: Promise<unknown>,
): AsyncGenerator<T, void, void> {
  let failure: { readonly error: unknown } | undefined;
  let rejectWaiting: ((error: unknown) => void) | undefined;
  feeding.catch((error: unknown) => {
    failure = { error };
    rejectWaiting?.(error);
  });
  const source = events[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      const step = await new Promise<IteratorResult<T>>((resolve, reject) => {
        rejectWaiting = reject;
        source.next().then(resolve, reject);
      });
      if (step.done === true) {
        ended = true;
        // A feed that failed makes the stream end; the failure says why.
        await Promise.resolve();
        if (failure !== undefined) throw (failure as { error: unknown }).error;
        return;
      }
      yield step.value;
    }
  } finally {
    rejectWaiting = undefined;
    // Not awaited: a source that waits for its producer answers only once that has heard of the end.
    if (!ended) source.return?.().catch(() => {});
  }
}
