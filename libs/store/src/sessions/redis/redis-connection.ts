import { createHash } from "node:crypto";
import { ReckonError } from "@reckon/core";
import { createClient, RESP_TYPES } from "@redis/client";

/** What a command is made of. */
export type RedisArgument = string | Buffer;

/** A Lua script; it runs as one step (https://redis.io/docs/latest/develop/programmability/eval-intro/). */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/** A script from its text. */
export function redisScript(text: string): RedisScript {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** A Redis or Valkey server. Commands fail at once while it is away; the connections come back by themselves. */
export interface RedisConnection {
  /** Runs a command; bulk strings of the reply are `Buffer`s. Throws `unavailable`. */
  command<T>(...args: readonly RedisArgument[]): Promise<T>;
  /** Runs a script. Throws `unavailable`. */
  script<T>(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<T>;
  /** Calls the listener for each message of a channel, until the function returned is called. */
  subscribe(channel: string, listener: (message: string) => void): () => void;
  close(): Promise<void>;
}

/** How to connect. */
export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`, with credentials where the server wants them. */
  readonly url: string;
  /** Told when the server goes away and when it is back; never with the url, which may hold a password. */
  readonly warn: (message: string, error?: unknown) => void;
  /** How long a command may take. Default 2,000 ms. */
  readonly commandTimeoutMs?: number;
}

const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
const connectTimeoutMs = 2_000;

/** Connects in the background: one connection for commands, one for messages. Does not throw, and does not wait. */
export function connectRedis(options: RedisConnectionOptions): RedisConnection {
  const { url, warn, commandTimeoutMs = 2_000 } = options;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2_000) * (0.5 + Math.random() / 2),
    },
  });
  // Messages must survive a reconnection, so this one may queue its subscriptions.
  const listenerClient = client.duplicate({ disableOfflineQueue: false });
  let away = false;
  client.on("error", (error: unknown) => {
    if (!away) warn("the Redis server of the sessions cannot be reached: they are kept in this process only", error);
    away = true;
  });
  client.on("ready", () => {
    if (away) warn("the Redis server of the sessions is back");
    away = false;
  });
  listenerClient.on("error", () => undefined); // The other connection tells.
  const connecting = Promise.allSettled([client.connect(), listenerClient.connect()]);
  // The first commands wait for the first connection, for a while; later ones fail at once where there is none.
  const begun = within(connectTimeoutMs, connecting).catch(() => undefined);
  // A server that took a command and did not answer is given one at a time until it answers, so that nobody else waits for it.
  let isDeaf = false;
  let probing = false;

  const send = async <T>(args: readonly RedisArgument[]): Promise<T> => {
    if (isDeaf && probing) throw new Error("it has not answered for a while");
    probing = isDeaf;
    const reply = client.sendCommand<T>(args, { typeMapping });
    try {
      return await within(commandTimeoutMs, reply, () => {
        isDeaf = true;
      });
    } finally {
      probing = false;
      // However late the answer is: the server can hear again.
      reply.then(
        () => {
          isDeaf = false;
        },
        () => undefined, // Told to whoever asked.
      );
    }
  };
  const run = async <T>(args: readonly RedisArgument[]): Promise<T> => {
    try {
      await begun;
      return await send(args);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ReckonError("unavailable", `the Redis server of the sessions did not answer: ${why}`, { cause: error });
    }
  };
  const listeners = new Map<string, Set<(message: string) => void>>();
  const dispatch = (message: string, channel: string) => {
    for (const listener of [...(listeners.get(channel) ?? [])]) listener(message);
  };
  const ignore = () => undefined; // Told by the other connection; readers look again by themselves.

  return {
    command: (...args) => run(args),
    async script<T>(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]) {
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await run<T>(["EVALSHA", script.sha1, ...rest]);
      } catch (error) {
        if (!String((error as Error).message).includes("NOSCRIPT")) throw error;
        return await run<T>(["EVAL", script.text, ...rest]);
      }
    },
    subscribe(channel, listener) {
      const known = listeners.get(channel);
      if (known !== undefined) known.add(listener);
      else {
        listeners.set(channel, new Set([listener]));
        listenerClient.subscribe(channel, dispatch).catch(ignore);
      }
      return () => {
        const left = listeners.get(channel);
        if (left?.delete(listener) !== true || left.size > 0) return;
        listeners.delete(channel);
        listenerClient.unsubscribe(channel, dispatch).catch(ignore);
      };
    },
    async close() {
      listeners.clear();
      for (const one of [client, listenerClient]) if (one.isOpen) one.destroy();
      await connecting;
    },
  };
}

/** What a promise comes to, unless that takes too long: the client's own limit ends where a command has been sent. */
async function within<T>(timeoutMs: number, promise: Promise<T>, onLate?: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate?.();
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
