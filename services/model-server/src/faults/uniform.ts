/** A number in [0, 1) that depends on nothing but its arguments, by the finaliser of MurmurHash3 over all of them. */
export function uniform(...words: readonly number[]): number {
  let state = 0x9e37_79b9;
  for (const word of words) state = mix(Math.imul(state, 31) ^ (word >>> 0) ^ Math.floor(word / 4_294_967_296));
  return (state >>> 0) / 4_294_967_296;
}

function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return x ^ (x >>> 16);
}
