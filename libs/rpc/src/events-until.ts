/**
 * The items of a stream, unless `feeding` fails: then that failure is thrown at once, whatever the stream is waiting for.
 * `feeding` resolving means nothing. The stream is not left: the caller may still want what it says at its end.
 */
export async function* eventsUntil<T>(
  source: AsyncIterator<T>,
  feeding: Promise<unknown>,
): AsyncGenerator<T, void, void> {
  let failure: { readonly error: unknown } | undefined;
  let rejectWaiting: ((error: unknown) => void) | undefined;
  feeding.catch((error: unknown) => {
    failure = { error };
    rejectWaiting?.(error);
  });
  try {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      const step = await new Promise<IteratorResult<T>>((resolve, reject) => {
        rejectWaiting = reject;
        source.next().then(resolve, reject);
      });
      if (step.done === true) {
        // A feed that failed makes the stream end; the failure says why.
        await Promise.resolve();
        if (failure !== undefined) throw (failure as { error: unknown }).error;
        return;
      }
      yield step.value;
    }
  } finally {
    rejectWaiting = undefined;
  }
}
