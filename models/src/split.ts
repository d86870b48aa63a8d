import { SPLITS, type Split } from "./problem.ts";

/** 32-bit FNV-1a of the UTF-8 text, finished with an avalanche so that every bit counts. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The split a problem belongs to, by the hash of its canonical structure alone: whatever the seed, names or phrasing, the same
 * problem always lands in the same split, so the splits are disjoint by construction. 90 % train, 5 % validation, 5 % test.
 */
export function splitOf(structure: string): Split {
  const slot = hashText(structure) % 20;
  return slot < 18 ? SPLITS[0] : slot === 18 ? SPLITS[1] : SPLITS[2];
}
