/** A seeded source of random numbers: same seed, same stream, on every machine. */
export type Rng = {
  /** Uniform in [0, 1), 32 bits of resolution. */
  readonly next: () => number;
  /** Uniform integer in [low, high], both ends included. */
  readonly int: (low: number, high: number) => number;
  /** One element, uniformly. The list must not be empty. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean;
};

function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

/** Creates an {@link Rng} from any integer seed: xoshiro128** (Blackman and Vigna, 2018) seeded through splitmix32. */
export function createRng(seed: number): Rng {
  const seeder = splitmix32(seed ^ Math.floor(seed / 0x1_0000_0000));
  let a = seeder();
  let b = seeder();
  let c = seeder();
  let d = seeder();
  const rotate = (value: number, bits: number): number => ((value << bits) | (value >>> (32 - bits))) >>> 0;
  const nextWord = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const shifted = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ shifted) >>> 0;
    d = rotate(d, 11);
    return result;
  };
  const next = (): number => nextWord() / 0x1_0000_0000;
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    chance: (probability) => next() < probability,
  };
}
