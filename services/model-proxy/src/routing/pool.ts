import {
  type Backend,
  type BackendLoad,
  type Clock,
  type Model,
  ReckonError,
  type ReplicaLoad,
  type TokenPrices,
} from "@reckon/core";
import {
  type BreakerPass,
  createHedgePolicy,
  createPriorityQueue,
  createRateLimiter,
  type HedgePolicy,
  type RateLimiter,
  type RateReservation,
} from "@reckon/resilience";
import { addLoads } from "./add-loads.ts";
import { createAlarm } from "./alarm.ts";
import { createPoolModels } from "./pool-models.ts";
import type { PoolSettings } from "./pool-settings.ts";
import { createReplica, noLoad, noteEndpointLoad, type Replica } from "./replica.ts";
import { type Resolve, replicaName } from "./replica-addresses.ts";
import { createReplicaSet } from "./replica-set.ts";
import type { RoutingNews } from "./routing-news.ts";
import type { RoutingSettings } from "./routing-settings.ts";

/** What a pool needs from outside. */
export interface PoolDeps {
  readonly clock: Clock;
  readonly routing: RoutingSettings;
  readonly news: RoutingNews;
  readonly warn: (message: string) => void;
  /** Makes the backend of one replica, which tells the pool's limiter what its responses say of limits. */
  readonly makeBackend: (pool: PoolSettings, url: string | undefined, limiter: RateLimiter) => Backend;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

/** A sample that wants a replica. */
export interface PlaceRequest {
  /** Samples of one key belong together. */
  readonly key: string;
  /** Where the samples of the call are at home, by pool; the first one settles it. Absent: each goes its own way. */
  readonly homes?: Map<Pool, Replica> | undefined;
  /** Prompt and output, about. */
  readonly tokens: number;
  readonly priority: number;
  /** Replicas that have just failed it; used only where there is no other. */
  readonly avoid: ReadonlySet<Replica>;
  /** True where one of `avoid` is of no use at all. Default false. */
  readonly avoidStrictly?: boolean;
}

/** A place on a replica; `release` gives it back and is called once the request has ended. */
export interface Placement {
  readonly pool: Pool;
  readonly replica: Replica;
  readonly pass: BreakerPass;
  readonly reservation: RateReservation;
  readonly spilled: boolean;
  release(): void;
}

/** Replicas of one model behind one set of limits. */
export interface Pool extends Pick<PoolSettings, "name" | "weight" | "minDifficulty" | "maxDifficulty" | "fallback"> {
  readonly settings: PoolSettings;
  readonly prices: TokenPrices | undefined;
  readonly hedging: HedgePolicy | undefined;
  readonly limiter: RateLimiter;
  /** Its models, the default one first; what is not known yet is asked of a replica that is up. */
  models(): Promise<readonly Model[]>;
  /** Whether anything could take the request now or soon; the sentence says why not. */
  whyNot(request: PlaceRequest): { readonly reason: string; readonly retryAfterMs: number | undefined } | undefined;
  /** Whether a replica is up beside those to avoid. */
  hasOther(avoid: ReadonlySet<Replica>): boolean;
  /** The replica that a key belongs to now. */
  home(key: string): Replica | undefined;
  tryPlace(request: PlaceRequest): Placement | undefined;
  /** Waits for a place; `undefined` where, meanwhile, there is nothing left to wait for. Rejects as `PriorityQueue.wait`. */
  place(request: PlaceRequest, signal: AbortSignal): Promise<Placement | undefined>;
  /** Free places as a share of all of its replicas that are up; 0 where there are none. */
  freeShare(): number;
  readonly queued: number;
  load(): Promise<BackendLoad>;
  close(): Promise<void>;
}

/** A wait for the provider's limits that is longer than this is taken for not being there. */
const longWaitMs = 30_000;
const loadEveryMs = 2_000;

/** A pool over its replicas. Replicas found by DNS come and go; one that is gone ends what it has. */
export function createPool(settings: PoolSettings, deps: PoolDeps): Pool {
  const { clock, routing, news, warn } = deps;
  const { name } = settings;
  const limiter = createRateLimiter({
    clock,
    ...(settings.requestsPerMinute !== undefined && { requestsPerMinute: settings.requestsPerMinute }),
    ...(settings.tokensPerMinute !== undefined && { tokensPerMinute: settings.tokensPerMinute }),
  });
  const queue = createPriorityQueue<Placement | "down">({
    what: `samples of pool ${name}`,
    maxDepth: routing.maxQueuedSamples,
  });
  const alarm = createAlarm(clock, () => queue.pump());
  const closing = new AbortController();
  let loadsAtMs = Number.NEGATIVE_INFINITY;
  const members = createReplicaSet(settings, {
    clock,
    warn,
    signal: closing.signal,
    resolve: deps.resolve,
    affinity: { bound: routing.affinityBound, freeLoad: routing.affinityRoom },
    onChange: () => queue.pump(),
    make: (url) =>
      createReplica({
        pool: name,
        name: replicaName(url, settings),
        backend: deps.makeBackend(settings, url, limiter),
        clock,
        ceiling: settings.ceiling,
        breakerFailures: routing.breakerFailures,
        breakerRecoveryMs: routing.breakerRecoveryMs,
        news,
        onChange: () => queue.pump(),
      }),
  });

  const isUp = (replica: Replica) => replica.breaker.waitMs() === 0;
  const loadOf = (replica: Replica) => replica.live + replica.foreign;
  const hasRoom = (replica: Replica) => replica.live < replica.concurrency.limit;
  const candidates = ({ avoid, avoidStrictly }: PlaceRequest) => {
    const up = members.replicas.filter(isUp);
    const others = up.filter((replica) => !avoid.has(replica));
    return others.length > 0 || avoidStrictly === true ? others : up;
  };

  /** Now and then, while there is work: what other clients have the endpoints do. */
  const refreshLoads = () => {
    if (settings.backend.kind === "embedded" || clock.nowMs() - loadsAtMs < loadEveryMs) return;
    loadsAtMs = clock.nowMs();
    for (const replica of members.replicas) {
      replica.backend.load().then(
        (load) => noteEndpointLoad(replica, load.endpoint),
        // One that does not answer says nothing; its breaker knows better.
        () => undefined,
      );
    }
  };

  const whyNot = (request: PlaceRequest) => {
    if (members.replicas.length === 0)
      return { reason: `pool ${name} has no replica`, retryAfterMs: settings.dnsRefreshMs };
    if (candidates(request).length === 0) {
      const waits = members.replicas.flatMap(({ breaker }) => breaker.waitMs() ?? []).filter((ms) => ms > 0);
      const reason =
        request.avoidStrictly === true
          ? `pool ${name} has no other replica that is up`
          : `${members.replicas.length === 1 ? "the replica" : `all ${members.replicas.length} replicas`} of pool ${name} failed and ${members.replicas.length === 1 ? "is" : "are"} left alone (circuit breaker open)`;
      return { reason, retryAfterMs: waits.length === 0 ? undefined : Math.min(...waits) };
    }
    const waitMs = limiter.waitMs(request.tokens);
    if (waitMs <= longWaitMs) return undefined;
    return {
      reason: `the rate limit of pool ${name} is used up for ${Math.ceil(waitMs / 1_000)} s`,
      retryAfterMs: waitMs,
    };
  };

  const tryPlace = (request: PlaceRequest): Placement | undefined => {
    const able = new Set(candidates(request));
    const { key, tokens } = request;
    const limitedMs = limiter.waitMs(tokens);
    if (limitedMs > 0) {
      alarm.setIn(limitedMs);
      return undefined;
    }
    refreshLoads();
    const loads = { loadOf, isUp: (replica: Replica) => able.has(replica) };
    const { homes } = request;
    let home = homes?.get(pool);
    if (homes !== undefined && (home === undefined || !able.has(home))) {
      // Room for the first samples at once: a solve that only half fits would be computed on two replicas.
      home = members.ring.choose(key, { ...loads, amount: Math.max(1, routing.affinityRoom) })?.node;
      if (home !== undefined) homes.set(pool, home);
    }
    const choice = chooseFrom(home, able) ?? members.ring.choose(key, { ...loads, hasRoom });
    const pass = choice?.node.breaker.tryEnter();
    if (choice === undefined || pass === undefined) return undefined;
    const reservation = limiter.tryReserve(tokens);
    if (reservation === undefined) {
      pass.abandon();
      return undefined;
    }
    const replica = choice.node;
    const spilled = homes !== undefined && replica !== home;
    replica.live += 1;
    if (spilled) news.spilled(name);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      // Where no request was made, nothing was learned and nothing was used.
      pass.abandon();
      reservation.settle(0);
      replica.live -= 1;
      queue.pump();
    };
    return { pool, replica, pass, reservation, spilled, release };
  };

  /** The home of a solve while it has room for one more within the bound. */
  const chooseFrom = (home: Replica | undefined, up: ReadonlySet<Replica>) => {
    if (home === undefined || !hasRoom(home)) return undefined;
    let total = 1;
    for (const replica of up) total += loadOf(replica);
    const most = Math.max(routing.affinityRoom, Math.ceil((routing.affinityBound * total) / up.size));
    return loadOf(home) < most ? { node: home } : undefined;
  };

  const placeOrDown = (request: PlaceRequest) => () => {
    const placement = tryPlace(request);
    if (placement !== undefined) return placement;
    return whyNot(request) === undefined ? undefined : ("down" as const);
  };

  const models = createPoolModels(settings, members, isUp);

  const pool: Pool = {
    name,
    settings,
    weight: settings.weight,
    minDifficulty: settings.minDifficulty,
    maxDifficulty: settings.maxDifficulty,
    fallback: settings.fallback,
    prices: settings.prices,
    hedging: settings.hedge ? createHedgePolicy(routing.hedging) : undefined,
    limiter,
    models,
    whyNot,
    hasOther: (avoid) => members.replicas.some((replica) => isUp(replica) && !avoid.has(replica)),
    home: (key) => members.ring.choose(key, { loadOf: () => 0, isUp })?.node ?? members.replicas[0],
    tryPlace,
    async place(request, signal) {
      const isPicky = request.avoid.size > 0;
      const placed = await queue.wait(placeOrDown(request), { priority: request.priority, signal, isPicky });
      return placed === "down" ? undefined : placed;
    },
    freeShare() {
      const up = members.replicas.filter(isUp);
      const places = up.reduce((all, { concurrency }) => all + concurrency.limit, 0);
      const taken = up.reduce((all, { live, foreign }) => all + live + foreign, 0);
      return places === 0 ? 0 : Math.max(0, 1 - taken / places);
    },
    get queued() {
      return queue.depth;
    },
    async load() {
      const own = await Promise.all(members.replicas.map((replica) => replica.backend.load().catch(() => noLoad)));
      const states = members.replicas.map((replica, i): ReplicaLoad => {
        const { prefilledTokens, outputTokens, queuedSamples } = own[i] as BackendLoad;
        return {
          backend: name,
          replica: replica.name,
          liveSamples: replica.live,
          queuedSamples,
          concurrencyLimit: replica.concurrency.limit,
          breaker: replica.breaker.state,
          prefilledTokens,
          outputTokens,
        };
      });
      return { ...own.reduce(addLoads, members.past), replicas: states };
    },
    async close() {
      closing.abort(new ReckonError("cancelled", `pool ${name} was closed`));
      alarm.stop();
      await Promise.all(members.replicas.map((replica) => replica.backend.close()));
    },
  };
  return pool;
}
