/**
 * The seed of one sample of a call: that of the call for sample 0, else 31 bits mixed from it and the index (the finalizer
 * of SplitMix64, Steele, Lea and Flood 2014), so that neighbouring seeds and indexes share no samples.
 */
export function sampleSeed(seed: number, sample: number): number {
  if (sample === 0) return seed;
  let z = BigInt.asUintN(64, BigInt(seed) + BigInt(sample) * 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return Number((z ^ (z >> 31n)) & 0x7fffffffn);
}
