import {
  type Capabilities,
  costUsd,
  type GenerateOptions,
  type Model,
  ReckonError,
  type RoutingFacts,
} from "@reckon/core";
import { hash32 } from "@reckon/resilience";
import type { Pool } from "./pool.ts";

/** A pool with the model that it is to use. */
export interface Candidate {
  readonly pool: Pool;
  readonly model: Model;
}

/** A pool with what it serves, or why that is not known. */
export interface Listing {
  readonly pool: Pool;
  readonly models: readonly Model[];
  readonly error: ReckonError | undefined;
}

/** What a call needs of a pool. */
export interface Needs {
  readonly options: GenerateOptions;
  readonly promptTokens: number;
  readonly mambaThreshold: number;
}

/** The model that stands for "whichever fits best". */
export const autoModel = "auto";
const shownModels = 20;
const assumedOutputTokens = 512;

/** True where requests that name no model are divided among several pools of different models. */
export function hasAuto(listings: readonly Listing[]): boolean {
  const open = listings.filter(({ pool }) => pool.weight > 0);
  return open.length > 1 && new Set(open.map(({ models }) => models[0]?.id)).size > 1;
}

/**
 * The pools that a name stands for, the one that it means first: `pool/model` and `pool/` that pool, `model` all open pools
 * (weight above 0) that serve it, an empty name the default pool's model, or every open pool where those serve different
 * ones (`auto`). Throws `not-found` with the known models, or the error of a pool that may have it and does not answer.
 */
export function candidatesFor(name: string | undefined, listings: readonly Listing[]): Candidate[] {
  const [first] = listings;
  if (first === undefined) throw new ReckonError("failed-precondition", "no backend is configured");
  if (name === undefined || name === "" || name === autoModel) {
    if (hasAuto(listings)) return listings.filter(({ pool }) => pool.weight > 0).flatMap(firstModelOf);
    if (name !== autoModel) return sameModel(first, firstModelOf(first)[0] ?? fail(first.error), listings);
  }
  const whole = listings.find(({ pool }) => name === `${pool.name}/`);
  if (whole !== undefined) return [firstModelOf(whole)[0] ?? fail(whole.error)];
  for (const listing of listings) {
    const model = listing.models.find(({ id }) => id === name);
    if (model !== undefined) return sameModel(listing, { pool: listing.pool, model }, listings);
  }
  for (const { pool, models } of listings) {
    const model = models.find(({ id }) => `${pool.name}/${id}` === name);
    if (model !== undefined) return [{ pool, model }];
  }
  // Better an honest "not now" than "there is none" while a pool that may have it is down.
  const down = listings.find(({ pool, error }) => error !== undefined && name?.startsWith(`${pool.name}/`));
  const anyDown = down ?? listings.find(({ error }) => error !== undefined);
  if (anyDown?.error !== undefined) throw anyDown.error;
  throw notFound(name ?? "", listings);
}

function firstModelOf({ pool, models }: Listing): Candidate[] {
  const [model] = models;
  return model === undefined ? [] : [{ pool, model }];
}

/** A candidate with the other open pools that serve the very model, if its own is open. */
function sameModel(from: Listing, candidate: Candidate, listings: readonly Listing[]): Candidate[] {
  if (from.pool.weight === 0) return [candidate];
  const others = listings.flatMap(({ pool, models }): Candidate[] => {
    const model = models.find(({ id }) => id === candidate.model.id);
    return pool === from.pool || pool.weight === 0 || model === undefined ? [] : [{ pool, model }];
  });
  return [candidate, ...others];
}

function fail(error: ReckonError | undefined): never {
  throw error ?? new ReckonError("unavailable", "the default backend has no model");
}

function notFound(name: string, listings: readonly Listing[]): ReckonError {
  const ids = listedIds(listings);
  const shown = ids.slice(0, shownModels).map((id) => JSON.stringify(id));
  const more = ids.length > shownModels ? ` and ${ids.length - shownModels} more` : "";
  return new ReckonError(
    "not-found",
    `there is no model ${JSON.stringify(name)}; there are ${shown.join(", ")}${more}`,
  );
}

function listedIds(listings: readonly Listing[]): string[] {
  const ids = new Set<string>();
  for (const { pool, models } of listings)
    for (const { id } of models) ids.add(ids.has(id) ? `${pool.name}/${id}` : id);
  return [...ids];
}

/**
 * Orders candidates for one call. Rules, each of which only leaves pools out while others remain: what the options need; room
 * in the context; `mamba` for long prompts and not for short ones; the pool's range of difficulty. Then the cheapest comes
 * first (unknown prices last), and pools of one price share calls by weight and free places, by the solve's key, so that a
 * solve stays together (weighted rendezvous hashing, Thaler and Ravishankar 1998).
 */
export function orderCandidates(candidates: readonly Candidate[], needs: Needs): Candidate[] {
  const { options, promptTokens, mambaThreshold } = needs;
  const routing: RoutingFacts = options.routing ?? {};
  const isLong = promptTokens > mambaThreshold;
  const rules: ((candidate: Candidate) => boolean)[] = [
    ({ model }) => lacksOf(model.capabilities, options) === undefined,
    ({ model }) => model.contextLength >= promptTokens + (options.maxTokens ?? 16),
    ({ pool }) => (pool.settings.architecture === "mamba") === isLong,
    ({ pool }) => routing.difficulty === undefined || isWithin(pool, routing.difficulty),
  ];
  const left = rules.reduce<readonly Candidate[]>((remaining, rule) => {
    const fitting = remaining.filter(rule);
    return fitting.length > 0 ? fitting : remaining;
  }, candidates);
  const usage = { promptTokens, cachedPromptTokens: 0, outputTokens: options.maxTokens ?? assumedOutputTokens };
  const priceOf = ({ pool }: Candidate) =>
    pool.prices === undefined ? Number.POSITIVE_INFINITY : costUsd(usage, pool.prices);
  const key = routing.affinityKey ?? "";
  const ranked = left.map((candidate) => ({ candidate, price: priceOf(candidate), score: scoreOf(candidate, key) }));
  const byPrice = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
  return ranked.sort((a, b) => byPrice(a.price, b.price) || b.score - a.score).map(({ candidate }) => candidate);
}

/** What a model lacks for these options, in words that a sentence ends with. */
export function lacksOf(can: Capabilities, options: GenerateOptions): string | undefined {
  if (options.logprobs === true && !can.logprobs) return "log-probabilities";
  if (options.prefix !== undefined && options.prefix !== "" && !can.continueFromPrefix)
    return "continuation of a prefix";
  return options.seed !== undefined && !can.seed ? "sampling by seed" : undefined;
}

function isWithin(pool: Pool, difficulty: number): boolean {
  return difficulty >= pool.minDifficulty && difficulty <= pool.maxDifficulty;
}

/** Weighted rendezvous: -w / ln(u), with u in (0, 1) hashed from key and pool, and w its weight by its free places. */
function scoreOf({ pool }: Candidate, key: string): number {
  const u = (hash32(`${key}\u0000${pool.name}`) + 0.5) / 2 ** 32;
  return -(pool.weight * (0.05 + pool.freeShare())) / Math.log(u);
}
