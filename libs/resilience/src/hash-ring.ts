/** A node that a ring has chosen; `spilled` where the key's own node was full. */
export interface RingChoice<N> {
  readonly node: N;
  readonly spilled: boolean;
}

/** What is known of the nodes at the moment of a choice. */
export interface RingLoads<N> {
  /** What a node has to do now, in any unit. */
  readonly loadOf: (node: N) => number;
  /** What the choice adds. Default 1. */
  readonly amount?: number;
  /** Nodes that may not be chosen at all: those that are down. They do not count in the mean. Default: none. */
  readonly isUp?: (node: N) => boolean;
  /** Nodes that have no place left, though they are up. Default: none. */
  readonly hasRoom?: (node: N) => boolean;
}

/** Which node a key belongs to. */
export interface HashRing<N> {
  /** The node for a key, or `undefined` where none may take it. */
  choose(key: string, loads: RingLoads<N>): RingChoice<N> | undefined;
}

/** How a ring is made. */
export interface HashRingOptions {
  /** The most that a node may have, as a multiple of the mean load; above 1. Default 1.25. */
  readonly bound?: number;
  /** Up to this load a node is never full, whatever the mean. Default 0. */
  readonly freeLoad?: number;
  /** Places of each node on the ring. Default 160. */
  readonly places?: number;
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam 2016): a key belongs to the first node clockwise
 * of its hash that has less than `bound` times the mean load, this one included. So equal keys meet on one node while it has
 * room, no node is overrun, and a node that comes or goes moves only its own keys. `names` must be unique.
 */
export function createHashRing<N>(
  nodes: readonly N[],
  nameOf: (node: N) => string,
  options: HashRingOptions = {},
): HashRing<N> {
  const { bound = 1.25, freeLoad = 0, places = 160 } = options;
  const ring = nodes
    .flatMap((node) => Array.from({ length: places }, (_, i) => ({ at: hash32(`${nameOf(node)}#${i}`), node })))
    .sort((a, b) => a.at - b.at);

  const firstAt = (hash: number): number => {
    let low = 0;
    let high = ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ring[middle] as { at: number }).at < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    choose(key, { loadOf, amount = 1, isUp = () => true, hasRoom = () => true }) {
      const up = new Set(nodes.filter(isUp));
      if (up.size === 0) return undefined;
      let total = 0;
      for (const node of up) total += loadOf(node);
      const capacity = Math.max(freeLoad, Math.ceil((bound * (total + amount)) / up.size));
      const seen = new Set<N>();
      const start = firstAt(hash32(key));
      let least: N | undefined;
      for (let i = 0; i < ring.length && seen.size < up.size; i += 1) {
        const { node } = ring[(start + i) % ring.length] as { node: N };
        if (seen.has(node) || !up.has(node)) continue;
        seen.add(node);
        if (!hasRoom(node)) continue;
        if (loadOf(node) + amount <= capacity) return { node, spilled: seen.size > 1 };
        if (least === undefined || loadOf(node) < loadOf(least)) least = node;
      }
      // All that are below the bound have no place left for reasons of their own: better a full one than none.
      return least === undefined ? undefined : { node: least, spilled: true };
    },
  };
}

/** 32 bits of a text: FNV-1a over its UTF-16 units, with the finalizer of MurmurHash3, whose bits are well mixed. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
