import { type Clock, type Model, ReckonError } from "@reckon/core";
import type { Listing } from "./choose-pools.ts";
import type { Pool } from "./pool.ts";

/** What pools serve, without asking them for each call. */
export interface PoolListings {
  /** As last known; asks those that have not been asked, or not for a while. */
  current(): Promise<readonly Listing[]>;
  /** Asks all of them now. */
  fresh(): Promise<readonly Listing[]>;
}

const keepMs = 30_000;
const keepErrorMs = 1_000;
const patienceMs = 1_000;
const firstPatienceMs = 10_000;

/**
 * Listings of pools. What is known is used while it is asked anew behind the back of calls; a pool that does not answer is
 * asked again by calls, each of which waits a second for it at most, so that one that hangs does not hold up the others.
 */
export function createPoolListings(pools: readonly Pool[], clock: Clock): PoolListings {
  const known = new Map<Pool, { readonly listing: Listing; readonly atMs: number }>();
  const asking = new Map<Pool, Promise<Listing>>();

  const ask = (pool: Pool): Promise<Listing> => {
    const running = asking.get(pool);
    if (running !== undefined) return running;
    const asked = read(pool).then((listing) => {
      known.set(pool, { listing, atMs: clock.nowMs() });
      asking.delete(pool);
      return listing;
    });
    asking.set(pool, asked);
    return asked;
  };

  const current = (pool: Pool): Listing | Promise<Listing> => {
    const last = known.get(pool);
    if (last === undefined) {
      const error = new ReckonError(
        "unavailable",
        `backend ${pool.name} did not list its models within ${firstPatienceMs / 1_000} seconds`,
      );
      return orSooner(ask(pool), { pool, models: [], error }, firstPatienceMs);
    }
    const hasFailed = last.listing.error !== undefined;
    if (clock.nowMs() - last.atMs < (hasFailed ? keepErrorMs : keepMs)) return last.listing;
    const asked = ask(pool);
    return hasFailed ? orSooner(asked, last.listing, patienceMs) : last.listing;
  };

  const orSooner = async (asked: Promise<Listing>, otherwise: Listing, ms: number): Promise<Listing> => {
    const patience = new AbortController();
    const timeout = clock.sleep(ms, patience.signal).then(
      () => otherwise,
      () => otherwise,
    );
    const first = await Promise.race([asked, timeout]);
    patience.abort();
    return first;
  };

  return {
    current: async () => {
      const listings = pools.map(current);
      return listings.some((listing) => listing instanceof Promise)
        ? Promise.all(listings)
        : (listings as readonly Listing[]);
    },
    fresh: () => Promise.all(pools.map(ask)),
  };
}

async function read(pool: Pool): Promise<Listing> {
  try {
    return { pool, models: await pool.models(), error: undefined };
  } catch (error) {
    return { pool, models: [] as readonly Model[], error: ReckonError.from(error) };
  }
}
