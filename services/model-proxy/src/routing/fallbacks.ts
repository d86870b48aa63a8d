import type { Candidate, Listing } from "./choose-pools.ts";

/**
 * Who takes over where no candidate can: the `fallback` pools of the candidates, then those of these, each once and in their
 * order, with the same model where they serve it, else with their first one.
 */
export function fallbacksOf(candidates: readonly Candidate[], listings: readonly Listing[]): Candidate[] {
  const found: Candidate[] = [];
  const seen = new Set(candidates.map(({ pool }) => pool.name));
  const queue: Candidate[] = [...candidates];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const name of next.pool.fallback) {
      const listing = listings.find(({ pool }) => pool.name === name);
      if (listing === undefined || seen.has(name)) continue;
      seen.add(name);
      const wanted = next.model.id;
      const model = listing.models.find(({ id }) => id === wanted) ?? listing.models[0];
      if (model === undefined) continue;
      const fallback = { pool: listing.pool, model };
      found.push(fallback);
      queue.push(fallback);
    }
  }
  return found;
}
