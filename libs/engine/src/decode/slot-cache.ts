import type { CacheShape } from "../forward.ts";
import { capacityFor, copyPositions, type SequenceCache } from "../sequence-cache.ts";

/**
 * Keys and values of all decoding samples: per layer one buffer [slots, H, T, D] whose first rows are the running samples,
 * so that a step passes views of it and copies nothing. T follows the longest sample; moving to another T and filling a hole
 * happen in place.
 */
export class SlotCache {
  readonly buffers: Float32Array[];
  readonly #shape: CacheShape;
  #capacity = 0;

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.buffers = Array.from({ length: 2 * shape.layers }, () => new Float32Array(0));
  }

  /** T: positions each slot has room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  /** Makes room for `slots` rows of `length` positions; the first `used` rows keep their contents. */
  reserve(slots: number, length: number, used: number): void {
    const capacity = Math.max(capacityFor(length), this.#capacity);
    this.#relayout(Math.max(slots, used), capacity, used);
  }

  /** Lowers T to what `length` needs, once that is less than T: shorter rows make every step cheaper. */
  shrink(length: number, used: number): void {
    const capacity = capacityFor(length);
    if (capacity < this.#capacity) this.#relayout(used, capacity, used);
  }

  /** Frees all memory. */
  clear(): void {
    this.#capacity = 0;
    this.buffers.fill(new Float32Array(0));
  }

  /** Fills a slot from a sequence. */
  load(slot: number, source: SequenceCache, length: number): void {
    for (let i = 0; i < this.buffers.length; i++) {
      const [from, to] = [source.buffers[i] as Float32Array, this.buffers[i] as Float32Array];
      copyPositions(this.#shape, length, from, 0, source.capacity, to, slot * this.#slotSize, this.#capacity);
    }
  }

  /** Moves the first `length` positions of slot `from` to slot `to`. */
  move(from: number, to: number, length: number): void {
    const size = this.#slotSize;
    for (const buffer of this.buffers) {
      copyPositions(this.#shape, length, buffer, from * size, this.#capacity, buffer, to * size, this.#capacity);
    }
  }

  /** Clears a slot: a value that is not a number would spread through masked positions, since 0 * NaN is NaN. */
  wipe(slot: number): void {
    const size = this.#slotSize;
    for (const buffer of this.buffers) buffer.fill(0, slot * size, (slot + 1) * size);
  }

  /** Writes position `lengths[b]` of the first `batch` slots from fresh keys and values, each [B, H, 1, D]. */
  append(fresh: readonly Float32Array[], batch: number, lengths: Int32Array): void {
    const { heads, headDim } = this.#shape;
    for (let i = 0; i < this.buffers.length; i++) {
      const to = this.buffers[i] as Float32Array;
      const from = fresh[i] as Float32Array;
      let read = 0;
      for (let b = 0; b < batch; b++) {
        for (let h = 0; h < heads; h++) {
          let write = ((b * heads + h) * this.#capacity + (lengths[b] as number)) * headDim;
          // A plain loop: rows of headDim floats are too short to pay for a call of set().
          for (const end = read + headDim; read < end; ) to[write++] = from[read++] as number;
        }
      }
    }
  }

  get #slotSize(): number {
    return this.#shape.heads * this.#capacity * this.#shape.headDim;
  }

  #relayout(slots: number, capacity: number, used: number): void {
    const { heads, headDim } = this.#shape;
    const needed = slots * heads * capacity * headDim;
    const old = this.#capacity;
    const rows = used * heads;
    const kept = Math.min(old, capacity) * headDim;
    for (let i = 0; i < this.buffers.length; i++) {
      const from = this.buffers[i] as Float32Array;
      const grow = from.length < needed;
      // Grow with slack, so that a sample more does not mean a new buffer.
      const to = grow ? new Float32Array(Math.ceil(needed * (used === 0 ? 1 : 1.5))) : from;
      this.buffers[i] = to;
      if (!grow && old === capacity) continue;
      const move = (row: number) => {
        const source = row * old * headDim;
        if (grow) to.set(from.subarray(source, source + kept), row * capacity * headDim);
        else to.copyWithin(row * capacity * headDim, source, source + kept);
      };
      // In place, rows must be moved away from the side that they grow to.
      if (capacity > old) for (let row = rows - 1; row >= 0; row--) move(row);
      else for (let row = 0; row < rows; row++) move(row);
    }
    this.#capacity = capacity;
  }
}
