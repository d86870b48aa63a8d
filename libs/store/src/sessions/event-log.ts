import type { ReckonError } from "@reckon/core";
import type { EventCodec, NumberedEvent } from "./session-store.ts";

/** Events that are kept as objects, for readers that keep up; older ones are packed. */
const recentEvents = 64;

/** Events in a row, packed: event i has number `first + i` and ends at byte `ends[i]`. */
interface Chunk {
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** How a log ended: after its last event, without any, or because another process writes on. */
type LogEnd = { readonly type: "ended" | "moved" } | { readonly type: "failed"; readonly error: ReckonError };

/**
 * The events of one session in memory, bounded in bytes, with any number of readers at any place. Its states: open, to which
 * events are added; then ended, failed, or moved to another process.
 */
export class EventLog<E> {
  readonly #codec: EventCodec<E>;
  readonly #maxBytes: number;
  #head: E | undefined;
  #chunks: Chunk[] = [];
  #recent: E[] = [];
  #last = 0;
  #bytes = 0;
  #end: LogEnd | undefined;
  #wake: PromiseWithResolvers<void> | undefined;

  constructor(codec: EventCodec<E>, maxBytes: number) {
    this.#codec = codec;
    this.#maxBytes = maxBytes;
  }

  /** Number of the last event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Bytes of the packed events. */
  get bytes(): number {
    return this.#bytes;
  }

  get end(): LogEnd | undefined {
    return this.#end;
  }

  append(sequence: number, event: E): void {
    if (this.#end !== undefined) return;
    if (sequence !== this.#last + 1) throw new RangeError(`event ${sequence} does not follow event ${this.#last}`);
    if (sequence === 1) this.#head = event;
    this.#last = sequence;
    this.#recent.push(event);
    // In lumps, so that packing costs little for an event and readers that keep up never unpack.
    if (this.#recent.length >= 2 * recentEvents) this.#pack(recentEvents);
    this.#notify();
  }

  close(end: LogEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#pack(this.#recent.length);
    this.#notify();
  }

  /** Yields events after a number, as they come, until the log has ended; then returns. Throws what it failed with. */
  async *read(afterSequence: number, signal?: AbortSignal): AsyncGenerator<NumberedEvent<E>, void, void> {
    let next = afterSequence + 1;
    const onAbort = () => this.#notify();
    const isLeft = () => signal?.aborted === true;
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      while (!isLeft()) {
        while (next <= this.#last && !isLeft()) {
          const sequence = next === 1 ? 1 : Math.max(next, this.#firstKept());
          yield { sequence, event: this.#get(sequence) };
          next = sequence + 1;
        }
        if (next <= this.#last) continue;
        if (this.#end?.type === "failed") throw this.#end.error;
        if (this.#end !== undefined) return;
        this.#wake ??= Promise.withResolvers<void>();
        await this.#wake.promise;
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** The last event; `undefined` before the first. */
  lastEvent(): NumberedEvent<E> | undefined {
    return this.#last === 0 ? undefined : { sequence: this.#last, event: this.#get(this.#last) };
  }

  #notify(): void {
    this.#wake?.resolve();
    this.#wake = undefined;
  }

  #firstKept(): number {
    return this.#chunks[0]?.first ?? this.#last - this.#recent.length + 1;
  }

  #get(sequence: number): E {
    const firstRecent = this.#last - this.#recent.length + 1;
    if (sequence >= firstRecent) return this.#recent[sequence - firstRecent] as E;
    const chunk = this.#chunks.findLast(({ first }) => first <= sequence);
    if (chunk === undefined) return this.#head as E;
    const index = sequence - chunk.first;
    return this.#codec.decode(chunk.bytes.subarray(index === 0 ? 0 : chunk.ends[index - 1], chunk.ends[index]));
  }

  #pack(count: number): void {
    if (count === 0) return;
    const first = this.#last - this.#recent.length + 1;
    const parts = this.#recent.splice(0, count).map((event) => this.#codec.encode(event));
    const ends = new Uint32Array(count);
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const [index, part] of parts.entries()) {
      bytes.set(part, at);
      at += part.length;
      ends[index] = at;
    }
    this.#chunks.push({ first, bytes, ends });
    this.#bytes += bytes.length;
    while (this.#bytes > this.#maxBytes && this.#chunks.length > 1) {
      this.#bytes -= this.#chunks.shift()?.bytes.length ?? 0;
    }
  }
}
