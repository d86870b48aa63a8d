/**
 * An unbounded queue with one consumer: `push` never waits, iteration waits for items. `end` lets the consumer finish what
 * is queued; `fail` throws after it. Leaving the iteration early calls `onReturn` once, so that the producer can stop.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #head = 0;
  #state: "open" | "ended" | "failed" = "open";
  #error: unknown;
  #wake: (() => void) | undefined;
  readonly #onReturn: (() => void) | undefined;

  constructor(onReturn?: () => void) {
    this.#onReturn = onReturn;
  }

  /** Adds an item; ignored once the queue has ended. */
  push(item: T): void {
    if (this.#state !== "open") return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** No more items will come. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#wake?.();
  }

  /** No more items will come, and the consumer is told why. */
  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        while (this.#head < this.#items.length) {
          const item = this.#items[this.#head] as T;
          this.#head += 1;
          if (this.#head === this.#items.length) {
            this.#items = [];
            this.#head = 0;
          }
          yield item;
        }
        if (this.#state === "ended") return;
        if (this.#state === "failed") throw this.#error;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      if (this.#state === "open") this.#state = "ended";
      this.#items = [];
      this.#onReturn?.();
    }
  }
}
