import {
  type Backend,
  type BackendLoad,
  type Clock,
  type GenerateOptions,
  type Generation,
  type GenerationEvent,
  type Problem,
  ReckonError,
  type SampleOverrides,
} from "@reckon/core";
import { addLoads } from "./add-loads.ts";
import { type Candidate, candidatesFor, type Listing, lacksOf, orderCandidates } from "./choose-pools.ts";
import { fallbacksOf } from "./fallbacks.ts";
import { createLanes } from "./lanes.ts";
import { listedModels } from "./listed-models.ts";
import { createPool, type Pool, type PoolDeps } from "./pool.ts";
import { createPoolListings } from "./pool-listing.ts";
import type { PoolSettings } from "./pool-settings.ts";
import { noLoad, type Replica } from "./replica.ts";
import { type CachedSample, createResponseCache, type ResponseCache } from "./response-cache.ts";
import { createRoutedGeneration, type SampleCache } from "./routed-generation.ts";

/** What a router works with. */
export interface RouterOptions extends PoolDeps {
  /** The default pool first. */
  readonly pools: readonly PoolSettings[];
  readonly clock: Clock;
  /** Whose call is being served; only the response cache asks. Default: everybody is the same one. */
  readonly tenant?: () => string | undefined;
}

/** All pools behind one backend. */
export interface Router extends Backend {
  readonly pools: readonly Pool[];
}

/**
 * One backend over pools of replicas. `listModels` throws the error of the default pool, without which the default model
 * would be another's; other pools that do not answer are left out with a warning. `open` chooses pools by the model named, by
 * what the options need, and by difficulty, context, price and load; each sample then finds a replica of its own.
 */
export function createRouter(options: RouterOptions): Router {
  const { clock, routing, news, warn, tenant = () => undefined } = options;
  const pools = options.pools.map((settings) => createPool(settings, options));
  const [first] = pools;
  if (first === undefined) throw new ReckonError("failed-precondition", "no backend is configured");
  const listings = createPoolListings(pools, clock);
  const cache =
    routing.cacheEntries > 0 ? createResponseCache(clock, routing.cacheEntries, routing.cacheTtlMs) : undefined;
  const open = new Set<Generation>();
  const complaints = new Map<Pool, string>();
  let liveSamples = 0;
  let calls = 0;

  const complain = ({ pool, error }: Listing) => {
    const why = error?.message;
    if (why === undefined) complaints.delete(pool);
    else if (complaints.get(pool) !== why) {
      complaints.set(pool, why);
      warn(`the models of backend ${pool.name} are left out: ${why}`);
    }
  };

  const listModels = async () => {
    const all = await listings.fresh();
    const failed = all.find(({ pool }) => pool === first)?.error;
    if (failed !== undefined) throw failed;
    for (const listing of all) complain(listing);
    return listedModels(all);
  };

  const openCall = async (problem: Problem, generate: GenerateOptions): Promise<Generation> => {
    const all = await listings.current();
    const meant = candidatesFor(generate.model, all);
    const promptTokens = estimateTokens(problem, generate.prefix);
    const needs = { options: generate, promptTokens, mambaThreshold: routing.mambaThreshold };
    const candidates = orderCandidates(meant, needs);
    const lanes = createLanes(problem, generate);
    calls += 1;
    const key = generate.routing?.affinityKey ?? `call-${calls}`;
    const keyOf = (sample: number) => (routing.affinity ? key : `${key}#${sample}`);
    await assertPossible(candidates, keyOf(0), lanes.open);
    const fallbacks = async () => {
      const now = await listings.current();
      const leftOut = meant.filter(({ pool }) => !candidates.some((candidate) => candidate.pool === pool));
      const able = ({ model }: Candidate) =>
        lacksOf(model.capabilities, generate) === undefined && model.contextLength > promptTokens;
      return [...fallbacksOf(candidates, now), ...leftOut].filter(able);
    };
    const homes = routing.affinity ? new Map<Pool, Replica>() : undefined;
    const generation = createRoutedGeneration({
      call: {
        options: generate,
        promptTokens,
        keyOf,
        homes,
        candidates,
        fallbacks,
        lanes,
        clock,
        settings: routing,
        news,
      },
      cache: cache && sampleCache(cache, problem, generate, candidates),
      onLive: (change) => {
        liveSamples += change;
      },
      onEnd: () => open.delete(generation),
    });
    open.add(generation);
    return generation;
  };

  const sampleCache = (
    kept: ResponseCache,
    problem: Problem,
    generate: GenerateOptions,
    candidates: readonly Candidate[],
  ): SampleCache => {
    const owner = tenant() ?? "";
    const model = candidates.map((candidate) => `${candidate.pool.name}/${candidate.model.id}`).join(",");
    const keyOf = (sample: number, overrides: SampleOverrides) =>
      kept.keyOf({ tenant: owner, model, problem, options: generate, sample, overrides });
    return {
      find(sample, overrides) {
        const key = keyOf(sample, overrides);
        const found = key === undefined ? undefined : kept.get(key);
        if (key !== undefined) news.cacheAsked(found !== undefined);
        return found;
      },
      record(sample, overrides) {
        const key = keyOf(sample, overrides);
        return key === undefined ? undefined : recorder((whole) => kept.put(key, whole));
      },
    };
  };

  return {
    name: pools.length === 1 ? first.name : "router",
    pools,
    listModels,
    open: openCall,
    async load(): Promise<BackendLoad> {
      const loads = await Promise.all(pools.map((pool) => pool.load()));
      const queuedSamples = pools.reduce((all, pool) => all + pool.queued, 0);
      const total = loads.reduce(addLoads, { ...noLoad, queuedSamples });
      return { ...total, liveSamples, replicas: loads.flatMap(({ replicas }) => replicas ?? []) };
    },
    async close() {
      for (const generation of [...open]) generation.close();
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

/** Lets the first choice refuse what it cannot do before anything is generated; that it is down is for later. */
async function assertPossible(
  candidates: readonly Candidate[],
  key: string,
  open: ReturnType<typeof createLanes>["open"],
): Promise<void> {
  const [best] = candidates;
  const home = best?.pool.home(key);
  if (best === undefined || home === undefined) return;
  try {
    await open(home, best.model.id);
  } catch (thrown) {
    const error = ReckonError.from(thrown);
    if (!error.retryable) throw error;
  }
}

/** Collects the events of a sample and hands them over where it ended by itself. */
function recorder(keep: (whole: CachedSample) => void): (event: GenerationEvent) => void {
  const deltas: CachedSample["deltas"][number][] = [];
  return (event) => {
    if (event.type === "token-delta") {
      const { sample: _sample, ...delta } = event;
      deltas.push(delta);
    } else if (event.type === "sample-ended" && (event.reason === "stop" || event.reason === "length")) {
      keep({ deltas, reason: event.reason });
    }
  };
}

/** About four bytes a token; what it really is only the model's tokenizer knows. */
function estimateTokens({ messages }: Problem, prefix = ""): number {
  const bytes = messages.reduce((all, { content }) => all + Buffer.byteLength(content), Buffer.byteLength(prefix));
  return Math.ceil(bytes / 4);
}
