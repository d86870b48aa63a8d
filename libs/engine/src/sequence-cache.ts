import type { CacheShape } from "./forward.ts";

/** Past capacities grow by this many positions: small enough not to attend over much padding, large enough to grow rarely. */
export const capacityStep = 32;

/** The capacity that holds `length` positions. */
export function capacityFor(length: number): number {
  return Math.ceil(length / capacityStep) * capacityStep;
}

/** Keys and values of one token sequence: k_0, v_0, k_1, ..., each [1, H, capacity, D] with `length` valid positions. */
export interface SequenceCache {
  readonly buffers: Float32Array[];
  capacity: number;
  length: number;
}

/** An empty cache that holds `capacity` positions without growing. */
export function createSequenceCache(shape: CacheShape, capacity: number): SequenceCache {
  const size = shape.heads * capacity * shape.headDim;
  return { buffers: Array.from({ length: 2 * shape.layers }, () => new Float32Array(size)), capacity, length: 0 };
}

/** Copies the first `length` positions of one [H, capacity, D] block to another; offsets and capacities in their own units. */
export function copyPositions(
  shape: CacheShape,
  length: number,
  from: Float32Array,
  fromOffset: number,
  fromCapacity: number,
  to: Float32Array,
  toOffset: number,
  toCapacity: number,
): void {
  const { heads, headDim } = shape;
  for (let h = 0; h < heads; h++) {
    const start = fromOffset + h * fromCapacity * headDim;
    to.set(from.subarray(start, start + length * headDim), toOffset + h * toCapacity * headDim);
  }
}

/** A copy of the first `length` positions of a cache, with room for `capacity`. */
export function cloneSequence(
  shape: CacheShape,
  source: SequenceCache,
  length: number,
  capacity: number,
): SequenceCache {
  const copy = createSequenceCache(shape, capacity);
  for (let i = 0; i < copy.buffers.length; i++) {
    const [from, to] = [source.buffers[i] as Float32Array, copy.buffers[i] as Float32Array];
    copyPositions(shape, length, from, 0, source.capacity, to, 0, capacity);
  }
  copy.length = length;
  return copy;
}

/** Appends `count` positions of row `row` of fresh keys and values, each [B, H, chunk, D]; the cache must have room. */
export function appendFresh(
  shape: CacheShape,
  cache: SequenceCache,
  fresh: readonly Float32Array[],
  row: number,
  chunk: number,
  count: number,
): void {
  const { heads, headDim } = shape;
  for (let i = 0; i < cache.buffers.length; i++) {
    const to = cache.buffers[i] as Float32Array;
    copyPositions(
      shape,
      count,
      fresh[i] as Float32Array,
      row * heads * chunk * headDim,
      chunk,
      to,
      cache.length * headDim,
      cache.capacity,
    );
  }
  cache.length += count;
}
