import { type EncodedEvent, packEvents } from "./event-batch.ts";
import type { RedisConnection } from "./redis-connection.ts";
import type { SessionKeys } from "./session-keys.ts";
import { appendScript } from "./session-scripts.ts";

/** Whose log is written, and how. */
export interface LogWriterOptions {
  readonly redis: RedisConnection;
  readonly keys: SessionKeys;
  readonly solveId: string;
  /** Name of the idempotency key in Redis; empty for none. */
  readonly keyName: string;
  readonly owner: string;
  readonly maxBytes: number;
  /** How long the session is kept while it runs, and after its end. */
  readonly runningTtlMs: number;
  readonly ttlMs: number;
  /** Another replica has the session. */
  readonly onLost: () => void;
  readonly warn: (message: string, error?: unknown) => void;
}

/** Writes one log, behind the back of whoever adds to it: many events in one step, the next step when the last is done. */
export interface LogWriter {
  append(event: EncodedEvent): void;
  /** Resolves when the first event was written, or when that has failed once: it is tried again, but nobody need wait. */
  readonly tried: Promise<void>;
  /** Nothing more comes. */
  end(): void;
  /** Resolves when it has ended: true where all was written, false where Redis does not have it. */
  readonly done: Promise<boolean>;
}

/** Events wait this long for others to share their step. */
const gatherMs = 10;
const backoffMs = { first: 50, most: 1_000 };
/** Gives up on a log that has ended after so many failures in a row. */
const lastAttempts = 5;

/** A writer of the log of a session that was opened. */
export function createLogWriter(options: LogWriterOptions): LogWriter {
  const { redis, keys, solveId, owner } = options;
  const done = Promise.withResolvers<boolean>();
  const tried = Promise.withResolvers<void>();
  let pending: EncodedEvent[] = [];
  let pendingBytes = 0;
  let last = 0;
  let ended = false;
  let over = false;
  let running = false;
  /** Entries in the stream: the number of the last event and the bytes of each. */
  const entries: { readonly last: number; readonly bytes: number }[] = [];
  let keptBytes = 0;

  const finish = (isWritten: boolean) => {
    over = true;
    pending = [];
    done.resolve(isWritten);
    tried.resolve();
  };
  const write = async (batch: readonly EncodedEvent[], isLast: boolean) => {
    const packed = packEvents(batch);
    const lastOf = batch.at(-1)?.sequence ?? last;
    const head = batch[0]?.sequence === 1 ? Buffer.from(batch[0].bytes) : "";
    let dropBelow = 0;
    while (keptBytes + packed.length > options.maxBytes && entries.length > 0) {
      const oldest = entries.shift();
      keptBytes -= oldest?.bytes ?? 0;
      dropBelow = (oldest?.last ?? 0) + 1;
    }
    const names = [keys.session(solveId), keys.log(solveId), keys.running(owner), options.keyName];
    const state = isLast ? "ended" : "running";
    const ttlMs = String(isLast ? options.ttlMs : options.runningTtlMs);
    const facts = [owner, solveId, String(lastOf), packed, String(dropBelow), state, ttlMs, keys.news(solveId), head];
    const answer = await redis.script<number>(appendScript, names, facts);
    entries.push({ last: lastOf, bytes: packed.length });
    keptBytes += packed.length;
    return answer;
  };
  const take = (): EncodedEvent[] => {
    const batch = pending;
    pending = [];
    pendingBytes = 0;
    return batch;
  };
  const run = async () => {
    running = true;
    let failures = 0;
    while (!over && (pending.length > 0 || ended)) {
      // The first event at once: with it a client knows the solve, and may come back for it.
      if (!ended && entries.length > 0) await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const isLast = ended;
      const batch = take();
      try {
        const answer = await write(batch, isLast);
        failures = 0;
        if (answer === 0) options.onLost();
        if (answer === -1)
          options.warn(`the log of solve ${solveId} is gone from Redis: it cannot be resumed elsewhere`);
        if (answer !== 1 || isLast) finish(answer !== -1);
      } catch (error) {
        failures += 1;
        // What could not be written waits; what was added meanwhile comes after it.
        pending = [...batch, ...pending];
        pendingBytes = pending.reduce((sum, { bytes }) => sum + bytes.length, 0);
        if (ended && failures >= lastAttempts) {
          options.warn(`the end of solve ${solveId} could not be written to Redis`, error);
          finish(false);
        } else {
          tried.resolve();
          await new Promise((resolve) =>
            setTimeout(resolve, Math.min(backoffMs.first * 2 ** failures, backoffMs.most)),
          );
        }
      }
      tried.resolve();
    }
    running = false;
  };
  const start = () => {
    if (!running && !over) void run();
  };
  return {
    done: done.promise,
    tried: tried.promise,
    append(event) {
      if (over || ended) return;
      pending.push(event);
      pendingBytes += event.bytes.length;
      last = event.sequence;
      // Redis is away for long: what is kept for it is bounded like the log itself.
      while (pendingBytes > options.maxBytes && pending.length > 1) pendingBytes -= pending.shift()?.bytes.length ?? 0;
      start();
    },
    end() {
      ended = true;
      start();
    },
  };
}
