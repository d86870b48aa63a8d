import { ReckonError } from "@reckon/core";
import type { CallContext } from "./call-context.ts";
import type { Candidate } from "./choose-pools.ts";
import type { Placement, PlaceRequest } from "./pool.ts";

/** A place for a sample, and the model that is asked there. */
export interface PlacedSample {
  readonly placement: Placement;
  readonly model: string;
}

/** A place that was found; `degradation` says why where it is in a pool that takes over. */
export interface FoundPlace extends PlacedSample {
  readonly degradation: string | undefined;
}

/**
 * Finds a place: in the call's own pools, the best first; after a failure on a replica that has not failed the sample, of its
 * own pools or of those that take over, before the same one again. `mustContinue`: only where the model continues from a
 * prefix. Waits where there will be a place; throws `unavailable` where there will be none, and what ends the waiting.
 */
export async function placeSample(
  call: CallContext,
  request: PlaceRequest,
  mustContinue: boolean,
  signal: AbortSignal,
): Promise<FoundPlace> {
  const able = ({ model }: Candidate) => !mustContinue || model.capabilities.continueFromPrefix;
  const own = call.candidates.filter(able);
  const fresh = { ...request, avoidStrictly: true };
  const placed = await placeAmong(own, request.avoid.size > 0 ? fresh : request, signal);
  if (placed !== undefined) return { ...placed, degradation: undefined };
  const first = own[0];
  const why = first?.pool.whyNot(request);
  const fallbacks = (await call.fallbacks()).filter(able);
  const fallen = await placeAmong(fallbacks, fresh, signal);
  if (fallen !== undefined) {
    const [from, to] = [first?.pool.name ?? "", fallen.placement.pool.name];
    const reason = why?.reason ?? `every replica of pool ${from} has failed this sample`;
    call.news.fellBack(from, to, reason);
    return { ...fallen, degradation: `fallback from ${from} to ${to}: ${reason}` };
  }
  const same = await placeAmong([...own, ...fallbacks], request, signal);
  if (same !== undefined) return { ...same, degradation: undefined };
  const retryAfterMs = why?.retryAfterMs;
  throw new ReckonError("unavailable", why?.reason ?? "no pool could take the sample", {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** A place at once in any of the pools, else in the first one that has one later; `undefined` where none will. */
async function placeAmong(
  candidates: readonly Candidate[],
  request: PlaceRequest,
  signal: AbortSignal,
): Promise<PlacedSample | undefined> {
  for (const { pool, model } of candidates) {
    const placement = pool.queued === 0 ? pool.tryPlace(request) : undefined;
    if (placement !== undefined) return { placement, model: model.id };
  }
  for (const { pool, model } of candidates) {
    if (pool.whyNot(request) !== undefined) continue;
    const placement = await pool.place(request, signal);
    if (placement !== undefined) return { placement, model: model.id };
  }
  return undefined;
}
