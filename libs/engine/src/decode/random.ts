/** A generator of uniform numbers in [0, 1) with 53 bits. */
export type Random = () => number;

/**
 * A small fast counting generator (sfc32 of Chris Doty-Humphrey's PractRand, 128 bits of state) from four seed words. Equal
 * words give equal numbers.
 */
export function createRandom(seed: Uint32Array): Random {
  let a = seed[0] ?? 0;
  let b = seed[1] ?? 0;
  let c = seed[2] ?? 0;
  let counter = seed[3] ?? 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
}

/**
 * Seed words of sample `sample` of a call with seed `seed` (0 to 2^53 - 1), by the finaliser of MurmurHash3 over both, so that
 * neighbouring samples and seeds have unrelated streams.
 */
export function deriveSeed(seed: number, sample: number): Uint32Array {
  const words = new Uint32Array(4);
  let state = mix((seed >>> 0) ^ 0x9e37_79b9);
  state = mix(state ^ Math.floor(seed / 4_294_967_296));
  state = mix(state ^ (sample >>> 0));
  for (let i = 0; i < 4; i++) {
    state = mix((state + 0x9e37_79b9 + i) >>> 0);
    words[i] = state;
  }
  return words;
}

function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
