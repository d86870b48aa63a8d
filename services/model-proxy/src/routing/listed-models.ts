import type { Capabilities, Model, TokenPrices } from "@reckon/core";
import { autoModel, type Candidate, candidatesFor, hasAuto, type Listing } from "./choose-pools.ts";
import { fallbacksOf } from "./fallbacks.ts";

/**
 * The models to tell clients, the default one first: `auto` where open pools serve different ones, then those of each pool.
 * A model that several open pools serve is listed once; one of another backend that has the same id is listed as
 * `backend/id`. Prices are the highest of all pools that may serve it, fallbacks included.
 */
export function listedModels(listings: readonly Listing[]): Model[] {
  const listed = new Map<string, Model>();
  for (const { pool, models } of listings) {
    for (const model of models) {
      const taken = listed.get(model.id);
      if (taken === undefined) listed.set(model.id, priced(model, candidatesFor(model.id, listings), listings));
      else if (pool.weight === 0 || !isOpen(taken.backend, listings)) {
        const id = `${pool.name}/${model.id}`;
        listed.set(id, priced({ ...model, id }, [{ pool, model }], listings));
      }
    }
  }
  const all = [...listed.values()];
  return hasAuto(listings) ? [auto(candidatesFor(autoModel, listings), listings), ...all] : all;
}

function isOpen(name: string, listings: readonly Listing[]): boolean {
  return listings.some(({ pool }) => pool.name === name && pool.weight > 0);
}

function priced(model: Model, candidates: readonly Candidate[], listings: readonly Listing[]): Model {
  const all = [...candidates, ...fallbacksOf(candidates, listings)];
  const { prices: _own, hedges: _hedges, ...facts } = model;
  const prices = highest(all.map(({ pool }) => pool.prices));
  const hedges = all.some((candidate) => candidate.model.hedges === true);
  return { ...facts, ...(prices !== undefined && { prices }), ...(hedges && { hedges }) };
}

/** What every one of them can do, as any may be the one. */
function auto(candidates: readonly Candidate[], listings: readonly Listing[]): Model {
  const models = candidates.map(({ model }) => model);
  const every = (has: (can: Capabilities) => boolean) => models.every(({ capabilities }) => has(capabilities));
  const [first, ...rest] = models.map(({ capabilities }) => capabilities.policies);
  const model: Model = {
    id: autoModel,
    backend: "router",
    capabilities: {
      logprobs: every((can) => can.logprobs),
      n: every((can) => can.n),
      abort: every((can) => can.abort),
      continueFromPrefix: every((can) => can.continueFromPrefix),
      seed: every((can) => can.seed),
      processReward: every((can) => can.processReward),
      policies: (first ?? []).filter((policy) => rest.every((others) => others.includes(policy))),
    },
    contextLength: Math.max(...models.map(({ contextLength }) => contextLength)),
    parameters: undefined,
  };
  return priced(model, candidates, listings);
}

/** `undefined` where one of them is not known. */
function highest(prices: readonly (TokenPrices | undefined)[]): TokenPrices | undefined {
  const known = prices.filter((price) => price !== undefined);
  if (known.length < prices.length || known.length === 0) return undefined;
  return {
    promptUsd: Math.max(...known.map(({ promptUsd }) => promptUsd)),
    cachedPromptUsd: Math.max(...known.map(({ promptUsd, cachedPromptUsd }) => cachedPromptUsd ?? promptUsd)),
    outputUsd: Math.max(...known.map(({ outputUsd }) => outputUsd)),
  };
}
