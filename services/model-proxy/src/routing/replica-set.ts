import type { BackendLoad, Clock } from "@reckon/core";
import { createHashRing, type HashRing, type HashRingOptions } from "@reckon/resilience";
import { addLoads } from "./add-loads.ts";
import type { PoolSettings } from "./pool-settings.ts";
import { noLoad, type Replica } from "./replica.ts";
import { type Resolve, replicaName, systemResolve, urlsBehind } from "./replica-addresses.ts";

/** What a set of replicas needs from outside. */
export interface ReplicaSetDeps {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
  /** Default: the system's. */
  readonly resolve: Resolve | undefined;
  readonly affinity: HashRingOptions;
  /** A replica has come or gone. */
  readonly onChange: () => void;
  /** Makes the replica of a URL; of the one endpoint that needs none where undefined. */
  readonly make: (url: string | undefined) => Replica;
}

/** The replicas of a pool, as they are now. */
export interface ReplicaSet {
  readonly replicas: readonly Replica[];
  readonly ring: HashRing<Replica>;
  /** What replicas did that are gone. */
  readonly past: BackendLoad;
  /** Resolves when the addresses have been looked up once. */
  readonly known: Promise<void>;
}

/** The replicas that a pool's settings name; those found by DNS come and go, and one that is gone ends what it has. */
export function createReplicaSet(settings: PoolSettings, deps: ReplicaSetDeps): ReplicaSet {
  const { clock, signal, make } = deps;
  const looked = Promise.withResolvers<void>();
  let replicas: Replica[] = [];
  let ring = ringOf(replicas);
  let past = noLoad;

  function ringOf(members: Replica[]): HashRing<Replica> {
    return createHashRing(members, (replica) => replica.name, deps.affinity);
  }
  const rebuild = (next: Replica[]) => {
    replicas = next;
    ring = ringOf(replicas);
    deps.onChange();
  };
  const retire = async (replica: Replica) => {
    replica.gone = true;
    while (replica.live > 0 && !signal.aborted) await clock.sleep(1_000, signal).catch(() => undefined);
    past = addLoads(past, await replica.backend.load().catch(() => noLoad));
    await replica.backend.close();
  };
  const lookUp = async (url: string) => {
    const urls = await urlsBehind(url, deps.resolve ?? systemResolve);
    const names = new Map(urls.map((own) => [replicaName(own, settings), own]));
    const gone = replicas.filter((replica) => !names.has(replica.name));
    const fresh = [...names].filter(([own]) => !replicas.some((replica) => replica.name === own));
    if (gone.length === 0 && fresh.length === 0) return;
    rebuild([...replicas.filter((replica) => !gone.includes(replica)), ...fresh.map(([, own]) => make(own))]);
    for (const replica of gone) void retire(replica);
  };
  const follow = async (url: string) => {
    let failing = false;
    while (!signal.aborted) {
      try {
        await lookUp(url);
        failing = false;
      } catch (error) {
        // Those that are known may well be there still.
        if (!failing)
          deps.warn(`pool ${settings.name}: ${new URL(url).hostname} cannot be looked up: ${String(error)}`);
        failing = true;
      }
      looked.resolve();
      await clock.sleep(settings.dnsRefreshMs, signal).catch(() => undefined);
    }
  };
  if (settings.dns !== undefined) void follow(settings.dns);
  else {
    rebuild(settings.endpoints.length === 0 ? [make(undefined)] : settings.endpoints.map(make));
    looked.resolve();
  }
  return {
    get replicas() {
      return replicas;
    },
    get ring() {
      return ring;
    },
    get past() {
      return past;
    },
    known: looked.promise,
  };
}
