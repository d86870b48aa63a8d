/**
 * Every vector of vote counts that comes up, each once, and how a vote leads from one to the next: what a count-based rule says
 * depends on nothing else, so that it can be remembered by the vector's number.
 */
export interface CountGraph {
  /** The vector of a number; 0 is the empty one. */
  counts(id: number): readonly number[];
  /** Number of the vector after a vote for a candidate that had `before` votes; 0: a new candidate. */
  after(id: number, before: number): number;
}

/** Creates a graph that grows as it is walked. */
export function createCountGraph(): CountGraph {
  const ids = new Map<string, number>([["", 0]]);
  const vectors: (readonly number[])[] = [[]];
  const edges: number[][] = [[]];
  return {
    counts: (id) => vectors[id] as readonly number[],
    after(id, before) {
      const known = (edges[id] as number[])[before];
      if (known !== undefined && known >= 0) return known;
      const vector = vectors[id] as readonly number[];
      const next = before === 0 ? [...vector, 1] : vector.with(vector.indexOf(before), before + 1);
      next.sort((a, b) => b - a);
      const key = next.join();
      let found = ids.get(key);
      if (found === undefined) {
        found = vectors.length;
        ids.set(key, found);
        vectors.push(next);
        edges.push([]);
      }
      const row = edges[id] as number[];
      // Without holes: rows stay plain arrays of small integers, which are read fastest.
      while (row.length <= before) row.push(-1);
      row[before] = found;
      return found;
    },
  };
}
