import { ReckonError, type ReckonErrorCode } from "@reckon/core";
import { noSession } from "../memory-session-store.ts";
import type { EventCodec, NumberedEvent } from "../session-store.ts";
import { unpackEvents } from "./event-batch.ts";
import type { RedisConnection } from "./redis-connection.ts";
import type { SessionKeys } from "./session-keys.ts";

/** Whose log is read, and from where. */
export interface RemoteLogOptions<E> {
  readonly redis: RedisConnection;
  readonly keys: SessionKeys;
  readonly codec: EventCodec<E>;
  readonly solveId: string;
  readonly afterSequence: number;
  /** Wait for what is still to come, until the session ends; otherwise end with what is there. */
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Entries read at once. */
const pageEntries = 256;
/** News may be lost while a connection is remade; a reader looks by itself this often. */
const pollMs = 1_000;
/** How long the owner knows of this reader without hearing again. */
const watchedMs = 4_000;

/**
 * Reads a log that another process writes. Ends after the last event of a session that has ended (given again to a reader that
 * is past it), throws what a failed one failed with, `not-found` where there is none, `unavailable` while Redis is away.
 */
export async function* readRemoteLog<E>(options: RemoteLogOptions<E>): AsyncGenerator<NumberedEvent<E>, void, void> {
  const { redis, keys, codec, solveId, afterSequence, follow, signal } = options;
  const session = keys.session(solveId);
  const log = keys.log(solveId);
  const news = createNews(redis, keys.news(solveId), signal);
  let after = afterSequence;
  let watchedAtMs = Number.NEGATIVE_INFINITY;

  const range = async (from: number): Promise<NumberedEvent<E>[]> => {
    const page = String(pageEntries);
    const entries = await redis.command<[Buffer, Buffer[]][]>("XRANGE", log, `${from}-0`, "+", "COUNT", page);
    return entries.flatMap(([, fields]) =>
      unpackEvents(fields[1] as Buffer).map(({ sequence, bytes }) => ({ sequence, event: codec.decode(bytes) })),
    );
  };
  try {
    while (signal?.aborted !== true) {
      // Before the events: a session that has ended by now has all of them in its log.
      const facts = ["state", "last", "head", "error"];
      const [state, last, head, error] = await redis.command<(Buffer | null)[]>("HMGET", session, ...facts);
      if (!state) throw noSession(solveId);
      if (String(state) === "failed") throw failureFromText(String(error));
      if (follow && performance.now() - watchedAtMs > pollMs) {
        watchedAtMs = performance.now();
        await redis.command("SET", keys.watched(solveId), "1", "PX", String(watchedMs));
      }
      for (let page = await range(after + 1); page.length > 0; page = await range(after + 1)) {
        if (after === 0 && page[0]?.sequence !== 1 && head) yield { sequence: 1, event: codec.decode(head) };
        for (const numbered of page) {
          if (numbered.sequence <= after) continue;
          after = numbered.sequence;
          yield numbered;
          if (signal?.aborted) return;
        }
      }
      if (!follow) return;
      if (String(state) === "ended") {
        const end = Number(last);
        if (end > 0 && afterSequence >= end) yield* (await range(end)).slice(-1);
        return;
      }
      await news.next();
    }
  } finally {
    news.close();
  }
}

/** What a session failed with, as it was told to Redis. */
function failureFromText(text: string): ReckonError {
  const { code, message } = JSON.parse(text) as { code: ReckonErrorCode; message: string };
  return new ReckonError(code, message);
}

/** Waits for the next message of a channel, for `pollMs` at most, or for the signal. */
function createNews(redis: RedisConnection, channel: string, signal: AbortSignal | undefined) {
  let heard = false;
  let wake: (() => void) | undefined;
  const hear = () => {
    heard = true;
    wake?.();
  };
  const unsubscribe = redis.subscribe(channel, hear);
  signal?.addEventListener("abort", hear, { once: true });
  return {
    async next() {
      if (!heard) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      heard = signal?.aborted === true;
    },
    close() {
      unsubscribe();
      signal?.removeEventListener("abort", hear);
      wake?.();
    },
  };
}
