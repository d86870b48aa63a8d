import type { Capabilities, Model, TokenPrices } from "@reckon/core";
import { autoModel, type Candidate, candidatesFor, hasAuto, type Listing } from "./choose-pools.ts";
import { fallbacksOf } from "./fallbacks.ts";

/**
 * The models to tell clients, the default one first: `auto` where open pools serve different ones, then those of each pool.
 * A model that several open pools serve is listed under its own id, which stands for all of them, and once for each pool as
 * `pool/id`; one of another backend that has the id of an earlier one is listed as `backend/id`. Prices are the highest of
 * all pools that may serve it, fallbacks included.
 */
export function listedModels(listings: readonly Listing[]): Model[] {
  const listed = new Map<string, Model>();
  const own = ({ pool, model }: Candidate) => {
    const id = `${pool.name}/${model.id}`;
    listed.set(id, priced({ ...model, id }, [{ pool, model }], listings));
  };
  for (const { pool, models } of listings) {
    for (const model of models) {
      if (listed.has(model.id)) {
        if (!listed.has(`${pool.name}/${model.id}`)) own({ pool, model });
        continue;
      }
      const candidates = candidatesFor(model.id, listings);
      listed.set(model.id, priced(model, candidates, listings));
      if (candidates.length > 1) for (const candidate of candidates) own(candidate);
    }
  }
  const all = [...listed.values()];
  return hasAuto(listings) ? [auto(candidatesFor(autoModel, listings), listings), ...all] : all;
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
