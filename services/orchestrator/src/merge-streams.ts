import { AsyncQueue } from "@reckon/core";

type Step<T> =
  | { readonly source: AsyncIterator<T>; readonly result: IteratorResult<T> }
  | { readonly source: AsyncIterator<T>; readonly error: unknown };

/**
 * Runs streams side by side, at most `parallel` at once, and yields what they yield as it comes. Each stream is asked for its
 * next item only after the last one was taken, so that a slow reader slows all of them and nothing piles up. The first stream
 * that throws ends the rest. Leaving early leaves every stream that runs.
 */
export async function* mergeStreams<T>(
  streams: Iterable<() => AsyncIterable<T>>,
  parallel: number,
): AsyncGenerator<T, void, void> {
  const waiting = streams[Symbol.iterator]();
  const running = new Set<AsyncIterator<T>>();
  const steps = new AsyncQueue<Step<T>>();
  const ask = (source: AsyncIterator<T>) => {
    source.next().then(
      (result) => steps.push({ source, result }),
      (error: unknown) => steps.push({ source, error }),
    );
  };
  const fill = () => {
    while (running.size < parallel) {
      const next = waiting.next();
      if (next.done) return;
      const source = next.value()[Symbol.asyncIterator]();
      running.add(source);
      ask(source);
    }
  };
  try {
    fill();
    if (running.size === 0) return;
    for await (const step of steps) {
      if ("error" in step) {
        running.delete(step.source);
        throw step.error;
      }
      if (!step.result.done) {
        yield step.result.value;
        ask(step.source);
        continue;
      }
      running.delete(step.source);
      fill();
      if (running.size === 0) return;
    }
  } finally {
    await Promise.allSettled([...running].map((source) => source.return?.()));
  }
}
