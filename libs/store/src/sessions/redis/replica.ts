import { randomUUID } from "node:crypto";
import type { RedisConnection } from "./redis-connection.ts";
import type { SessionKeys } from "./session-keys.ts";
import { claimScript, heartbeatScript } from "./session-scripts.ts";

/** How a replica lives among others. */
export interface ReplicaOptions {
  readonly redis: RedisConnection;
  readonly keys: SessionKeys;
  /** Without a sign of life for this long a replica counts as lost. */
  readonly leaseMs: number;
  /** Ends a session that was taken from a lost replica. */
  readonly rescue: (solveId: string) => Promise<void>;
  /** Another replica wants a session of this one to end. */
  readonly onOrder: (solveId: string) => void;
  readonly warn: (message: string, error?: unknown) => void;
}

/** This process among the replicas: gives signs of life, and takes over the sessions of those that give none. */
export interface Replica {
  readonly id: string;
  /** Gives its place up. Sessions that have not ended are left to the others, as if it were lost. */
  leave(): Promise<void>;
}

/** Three signs of life fit into a lease, so that one may be late. */
const beatsPerLease = 3;

/** Joins the replicas. */
export function joinReplicas({ redis, keys, leaseMs, rescue, onOrder, warn }: ReplicaOptions): Replica {
  const id = randomUUID();
  const unsubscribe = redis.subscribe(keys.orders(id), onOrder);
  let timer: NodeJS.Timeout | undefined;
  let left = false;
  let beating: Promise<void> = Promise.resolve();
  const rescuing = new Map<string, Promise<void>>();

  async function takeOver(lost: string): Promise<void> {
    const solveIds = await redis.command<Buffer[] | Set<Buffer>>("SMEMBERS", keys.running(lost));
    for (const name of solveIds) {
      const solveId = String(name);
      const names = [keys.session(solveId), keys.running(lost), keys.running(id)];
      const claimed = await redis.script<number>(claimScript, names, [lost, id, solveId]);
      // One that cannot be ended must not keep the others waiting.
      if (claimed === 1)
        await rescue(solveId).catch((error) => warn(`solve ${solveId} could not be taken over`, error));
    }
    // Last, so that another replica goes on where this one is lost as well.
    await redis.command("ZREM", keys.replicas, lost);
  }

  /** Beside the beats: while it ends many sessions, this replica must not seem lost itself. */
  function rescueFrom(lost: string): void {
    if (left || rescuing.has(lost)) return;
    const work = takeOver(lost)
      .catch(() => undefined) // The connection tells; a later beat finds it again.
      .then(() => void rescuing.delete(lost));
    rescuing.set(lost, work);
  }

  async function beat(): Promise<void> {
    try {
      const lost = await redis.script<Buffer[]>(heartbeatScript, [keys.replicas], [id, String(leaseMs)]);
      for (const name of lost) if (String(name) !== id) rescueFrom(String(name));
    } catch {
      // The connection tells; the next beat tries again.
    }
    if (left) return;
    timer = setTimeout(() => {
      beating = beat();
    }, leaseMs / beatsPerLease);
    timer.unref();
  }
  beating = beat();

  return {
    id,
    async leave() {
      left = true;
      clearTimeout(timer);
      unsubscribe();
      await beating;
      const isDone = await redis.command<number>("SCARD", keys.running(id)).then(
        (running) => running === 0,
        () => false,
      );
      if (isDone) await redis.command("ZREM", keys.replicas, id).catch(() => undefined); // Its lease runs out by itself.
    },
  };
}
