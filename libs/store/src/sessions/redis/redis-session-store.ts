import { ReckonError } from "@reckon/core";
import { EventLog } from "../event-log.ts";
import type { OpenedSession, OwnSession, SessionInfo, SessionStore, SessionStoreOptions } from "../session-store.ts";
import { createLogWriter, type LogWriter } from "./log-writer.ts";
import { readRemoteLog } from "./read-remote-log.ts";
import { connectRedis } from "./redis-connection.ts";
import { joinReplicas } from "./replica.ts";
import { sessionKeys } from "./session-keys.ts";
import { failScript, openScript } from "./session-scripts.ts";

/** How sessions are shared. */
export interface RedisSessionStoreOptions<E> extends SessionStoreOptions<E> {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** What all keys begin with. Default `reckon`. */
  readonly prefix?: string;
  /** Without a sign of life for this long a replica counts as lost, and others end its sessions. Default 5,000. */
  readonly leaseMs?: number;
  /** The longest that a session may run. Default 600,000. */
  readonly maxRunMs?: number;
}

interface OwnEntry<E> {
  readonly info: Omit<SessionInfo, "state">;
  readonly key: string | undefined;
  readonly log: EventLog<E>;
  readonly writer: LogWriter;
}

/** How long readers of a session that never began are told why. */
const failedTtlMs = 10_000;

/**
 * Sessions that several processes share, over Redis 6.2 and newer or Valkey. Whoever opens a session writes it: to memory at once, for
 * readers of this process, and to Redis a few milliseconds later. While Redis is away sessions go on and are kept in this process
 * only. A replica that gives no sign of life is lost, and another one ends its sessions from what their logs hold.
 */
export function createRedisSessionStore<E>(options: RedisSessionStoreOptions<E>): SessionStore<E> {
  const { codec, warn, ttlMs, maxSessionBytes, leaseMs = 5_000, maxRunMs = 600_000 } = options;
  const keys = sessionKeys(options.prefix ?? "reckon");
  const redis = connectRedis({ url: options.url, warn });
  const own = new Map<string, OwnEntry<E>>();
  const ownKeys = new Map<string, string>();
  /** Ended sessions that Redis does not have, in the order in which they ended. */
  const unwritten = new Set<OwnEntry<E>>();
  let unwrittenBytes = 0;
  const writing = new Set<Promise<unknown>>();
  const replica = joinReplicas({ redis, keys, leaseMs, rescue, onOrder, warn });
  const runningTtlMs = maxRunMs + ttlMs;
  const localKey = (tenant: string, key: string) => `${tenant}\0${key}`;

  function onOrder(solveId: string): void {
    const entry = own.get(solveId);
    if (entry !== undefined && entry.log.end === undefined) options.onCancel(solveId);
  }

  function forget(entry: OwnEntry<E>): void {
    if (unwritten.delete(entry)) unwrittenBytes -= entry.log.bytes;
    own.delete(entry.info.solveId);
    const key = localKey(entry.info.tenant, entry.key ?? "");
    if (ownKeys.get(key) === entry.info.solveId) ownKeys.delete(key);
  }

  function writerOf(solveId: string, keyName: string, onLost: () => void): LogWriter {
    const writer = createLogWriter({
      redis,
      keys,
      solveId,
      keyName,
      owner: replica.id,
      maxBytes: maxSessionBytes,
      runningTtlMs,
      ttlMs,
      onLost,
      warn,
    });
    return writer;
  }

  /** Waits for it when the store closes. */
  function remember(work: Promise<unknown>): void {
    writing.add(work);
    void work.then(() => writing.delete(work));
  }

  function begin(info: OwnEntry<E>["info"], key: string | undefined): OwnSession<E> {
    const { solveId, tenant } = info;
    const keyName = key === undefined ? "" : keys.idempotency(tenant, key);
    const lost = new AbortController();
    const log = new EventLog(codec, maxSessionBytes);
    const onLost = () => {
      log.close({ type: "moved" });
      forget(entry);
      lost.abort(new ReckonError("unavailable", `solve ${solveId} was taken over by another replica`));
    };
    const writer = writerOf(solveId, keyName, onLost);
    const entry: OwnEntry<E> = { info, key, log, writer };
    own.set(solveId, entry);
    if (key !== undefined) ownKeys.set(localKey(tenant, key), solveId);
    const forgetLater = async () => {
      // What Redis has is read from there.
      if (await writer.done) return forget(entry);
      unwritten.add(entry);
      unwrittenBytes += log.bytes;
      for (const oldest of unwritten) if (unwrittenBytes > options.maxBytes) forget(oldest);
      setTimeout(() => forget(entry), ttlMs).unref();
    };
    return {
      solveId,
      lost: lost.signal,
      async begin(event) {
        writer.append({ sequence: 1, bytes: codec.encode(event) });
        await writer.tried;
        log.append(1, event);
      },
      append(sequence, event) {
        if (log.end !== undefined) return;
        log.append(sequence, event);
        writer.append({ sequence, bytes: codec.encode(event) });
      },
      end() {
        log.close({ type: "ended" });
        writer.end();
        remember(writer.done);
        void forgetLater();
      },
      fail(error) {
        log.close({ type: "failed", error });
        forget(entry);
        remember(tellFailure(solveId, keyName, error));
      },
    };
  }

  /** Tells the readers of a session of this replica why it has failed, and frees its key. */
  async function tellFailure(solveId: string, keyName: string, error: ReckonError): Promise<void> {
    const names = [keys.session(solveId), keys.running(replica.id), keyName];
    const told = JSON.stringify({ code: error.code, message: error.message });
    const facts = [replica.id, solveId, told, String(failedTtlMs), keys.news(solveId)];
    await redis.script(failScript, names, facts).catch(() => undefined); // It expires by itself.
  }

  async function infoOf(solveId: string): Promise<SessionInfo | undefined> {
    const entry = own.get(solveId);
    if (entry !== undefined) {
      const { end } = entry.log;
      return { ...entry.info, state: end === undefined ? "running" : end.type === "failed" ? "failed" : "ended" };
    }
    const facts = ["tenant", "fingerprint", "state"];
    const [tenant, fingerprint, state] = await redis.command<(Buffer | null)[]>(
      "HMGET",
      keys.session(solveId),
      ...facts,
    );
    if (!tenant || !state) return undefined;
    return {
      solveId,
      tenant: String(tenant),
      fingerprint: String(fingerprint ?? ""),
      state: String(state) as SessionInfo["state"],
    };
  }

  /** Ends a session that was claimed from a lost replica. */
  async function rescue(solveId: string): Promise<void> {
    const names = [keys.session(solveId), "tenant", "key"];
    const [tenant, keyName] = await redis.command<(Buffer | null)[]>("HMGET", ...(names as [string, ...string[]]));
    const events = await Array.fromAsync(
      readRemoteLog({ redis, keys, codec, solveId, afterSequence: 0, follow: false }),
    );
    if (events.length === 0) {
      const error = new ReckonError("unavailable", `the replica that was to run solve ${solveId} was lost: ask again`);
      await tellFailure(solveId, String(keyName ?? ""), error);
      return;
    }
    const last = events.at(-1)?.sequence ?? 0;
    const writer = writerOf(solveId, String(keyName ?? ""), () => undefined);
    const closing = options.onLost({ solveId, tenant: String(tenant ?? ""), events });
    for (const [index, event] of closing.entries()) {
      writer.append({ sequence: last + index + 1, bytes: codec.encode(event) });
    }
    writer.end();
    await writer.done;
  }

  return {
    async open(session): Promise<OpenedSession<E>> {
      const { solveId, tenant, fingerprint, idempotencyKey: key } = session;
      const info = { solveId, tenant, fingerprint };
      const held = key === undefined ? undefined : own.get(ownKeys.get(localKey(tenant, key)) ?? "");
      if (held !== undefined) {
        const known = await infoOf(held.info.solveId);
        if (known !== undefined) return { type: "joined", info: known };
      }
      const names = [
        key === undefined ? "" : keys.idempotency(tenant, key),
        keys.session(solveId),
        keys.running(replica.id),
      ];
      const facts = [solveId, tenant, replica.id, fingerprint, String(runningTtlMs), key === undefined ? "0" : "1"];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const [opened, holder] = await redis
          .script<[number, Buffer?]>(openScript, names, facts)
          .catch((): [number, Buffer?] => [-1]);
        // Redis is away, or slow: the session begins all the same, and Redis hears of it as soon as it can.
        if (opened !== 0) return { type: "opened", session: begin(info, key) };
        const known = await infoOf(String(holder));
        if (known !== undefined) return { type: "joined", info: known };
        // Its session has expired, or has failed just now: the key goes with it.
        await redis.command("DEL", names[0] as string).catch(() => undefined);
      }
      throw new ReckonError("unavailable", "the session of this idempotency key ended while it was joined");
    },
    async find(tenant, by) {
      let solveId = "key" in by ? ownKeys.get(localKey(tenant, by.key)) : by.solveId;
      if (solveId === undefined && "key" in by) {
        const holder = await redis.command<Buffer | null>("GET", keys.idempotency(tenant, by.key));
        if (holder !== null) solveId = String(holder);
      }
      const info = solveId === undefined ? undefined : await infoOf(solveId);
      return info?.tenant === tenant ? info : undefined;
    },
    async *read(solveId, afterSequence, signal) {
      const log = own.get(solveId)?.log;
      let after = afterSequence;
      if (log !== undefined) {
        for await (const event of log.read(afterSequence, signal)) {
          after = event.sequence;
          yield event;
        }
        if (signal?.aborted === true) return;
        const end = log.lastEvent();
        if (log.end?.type !== "moved") {
          if (end !== undefined && afterSequence >= end.sequence) yield end;
          return;
        }
      }
      yield* readRemoteLog({ redis, keys, codec, solveId, afterSequence: after, follow: true, signal });
    },
    async cancel(solveId) {
      const entry = own.get(solveId);
      if (entry !== undefined) {
        if (entry.log.end !== undefined) return false;
        options.onCancel(solveId);
        return true;
      }
      const [owner, state] = await redis.command<(Buffer | null)[]>("HMGET", keys.session(solveId), "owner", "state");
      if (!owner || String(state) !== "running") return false;
      await redis.command("PUBLISH", keys.orders(String(owner)), solveId);
      return true;
    },
    async watchedElsewhere(solveId) {
      return (await redis.command<number>("EXISTS", keys.watched(solveId)).catch(() => 0)) > 0;
    },
    async close(timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all(writing), late]);
      clearTimeout(timer);
      for (const { log } of own.values()) {
        log.close({ type: "failed", error: new ReckonError("unavailable", "the server is shutting down") });
      }
      await replica.leave();
      await redis.close();
    },
  };
}
