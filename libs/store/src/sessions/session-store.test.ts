import { ReckonError, systemClock } from "@reckon/core";
import { createFakeClock, eventually, findRedisServer, type RedisServer, startRedis } from "@reckon/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createMemorySessionStore } from "./memory-session-store.ts";
import { createRedisSessionStore } from "./redis/redis-session-store.ts";
import type { EventCodec, OwnSession, SessionStore, SessionStoreOptions } from "./session-store.ts";

const codec: EventCodec<string> = {
  encode: (event) => Buffer.from(event),
  decode: (bytes) => Buffer.from(bytes).toString(),
};
const stores: SessionStore<string>[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close(1_000);
});

type Changes = Partial<SessionStoreOptions<string>> & { readonly leaseMs?: number; readonly prefix?: string };
const defaults: SessionStoreOptions<string> = {
  codec,
  ttlMs: 60_000,
  maxSessionBytes: 1_000_000,
  maxBytes: 10_000_000,
  onCancel: () => undefined,
  onLost: () => [],
  warn: () => undefined,
};
const kept = (store: SessionStore<string>) => {
  stores.push(store);
  return store;
};
const memory = (changes: Changes = {}) =>
  kept(createMemorySessionStore({ ...defaults, ...changes, clock: systemClock }));

let redis: RedisServer | undefined;
const hasRedis = findRedisServer() !== undefined;
if (!hasRedis) console.warn("left out: sessions in Redis (there is no redis-server here)");
beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
});
afterAll(() => redis?.stop());
let prefixes = 0;
const shared = (changes: Changes = {}) =>
  kept(createRedisSessionStore({ ...defaults, prefix: `t${prefixes}`, ...changes, url: redis?.url ?? "" }));

async function open(store: SessionStore<string>, solveId = "s1", idempotencyKey?: string): Promise<OwnSession<string>> {
  const opened = await store.open({ solveId, tenant: "local", idempotencyKey, fingerprint: "f" });
  return opened.type === "opened" ? opened.session : expect.unreachable("joined");
}
const fill = (session: OwnSession<string>, from: number, to: number) => {
  for (let sequence = from; sequence <= to; sequence += 1) session.append(sequence, `event ${sequence}`);
};
const numbers = async (store: SessionStore<string>, after: number, signal?: AbortSignal) => {
  const events = await Array.fromAsync(store.read("s1", after, signal));
  for (const { sequence, event } of events) expect(event).toBe(`event ${sequence}`);
  return events.map(({ sequence }) => sequence);
};
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A store that writes, and one that reads: the same in memory, two replicas over Redis. */
const kinds = [
  ["in memory", (changes?: Changes) => ({ writer: memory(changes) })],
  ["in Redis, in the same process", (changes?: Changes) => ({ writer: shared(changes) })],
  ["in Redis, from another replica", (changes?: Changes) => ({ writer: shared(changes), reader: shared(changes) })],
] as const;

describe.each(kinds)("a session %s", (name, make) => {
  const it_ = it.skipIf(name !== "in memory" && !hasRedis);
  const start = (changes?: Changes): { writer: SessionStore<string>; reader: SessionStore<string> } => {
    prefixes += 1;
    const made: { writer: SessionStore<string>; reader?: SessionStore<string> } = make(changes);
    return { writer: made.writer, reader: made.reader ?? made.writer };
  };

  it_("is read from any place, as it grows, until it ends", async () => {
    const { writer, reader } = start();
    const session = await open(writer);
    fill(session, 1, 300);
    const reading = [0, 150, 299, 300, 310].map((after) => numbers(reader, after));
    await new Promise((resolve) => setTimeout(resolve, 30));
    fill(session, 301, 500);
    session.end();
    expect(await Promise.all(reading)).toEqual([0, 150, 299, 300, 310].map((after) => upTo(after + 1, 500)));
    expect(await numbers(reader, 490)).toEqual(upTo(491, 500));
  });

  it_("gives a reader that is past the end the last event again", async () => {
    const { writer, reader } = start();
    const session = await open(writer);
    fill(session, 1, 3);
    session.end();
    for (const after of [3, 57]) expect(await numbers(reader, after)).toEqual([3]);
  });

  it_("is found by its tenant alone, by id and by key", async () => {
    const { writer, reader } = start();
    fill(await open(writer, "s1", "k"), 1, 1);
    expect(await reader.find("local", { solveId: "s1" })).toMatchObject({ solveId: "s1", state: "running" });
    expect(await reader.find("local", { key: "k" })).toMatchObject({ solveId: "s1", fingerprint: "f" });
    expect(await reader.find("other", { solveId: "s1" })).toBeUndefined();
    expect(await reader.find("other", { key: "k" })).toBeUndefined();
    await expect(Array.fromAsync(reader.read("s2", 0))).rejects.toMatchObject({ code: "not-found" });
  });

  it_("is joined by its key, and another tenant's key is another one", async () => {
    const { writer, reader } = start();
    await open(writer, "s1", "k");
    const again = { solveId: "s2", tenant: "local", idempotencyKey: "k", fingerprint: "g" };
    expect(await reader.open(again)).toMatchObject({ type: "joined", info: { solveId: "s1", fingerprint: "f" } });
    expect(await reader.open({ ...again, solveId: "s3", tenant: "other" })).toMatchObject({ type: "opened" });
    expect(await reader.open({ ...again, solveId: "s4", idempotencyKey: undefined })).toMatchObject({ type: "opened" });
  });

  it_("tells its readers why it failed, and frees its key", async () => {
    const { writer, reader } = start();
    const session = await open(writer, "s1", "k");
    const reading = numbers(reader, 0);
    const failing = expect(reading).rejects.toMatchObject({ code: "not-found", message: "no model" });
    await new Promise((resolve) => setTimeout(resolve, 30));
    session.fail(new ReckonError("not-found", "no model"));
    await failing;
    await eventually(async () => expect(await reader.find("local", { key: "k" })).toBeUndefined());
    expect(await open(reader, "s2", "k")).toBeDefined();
  });

  it_("keeps its first event and its newest ones within its limit", async () => {
    const { writer, reader } = start({ maxSessionBytes: 4_000 });
    const session = await open(writer);
    for (let from = 1; from <= 2_000; from += 100) {
      fill(session, from, from + 99);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    session.end();
    const [first, second = 0, ...rest] = await numbers(reader, 0);
    expect(first).toBe(1);
    expect(second).toBeGreaterThan(1_000);
    expect([second, ...rest]).toEqual(upTo(second, 2_000));
  });

  it_("ends when another process asks for it", async () => {
    const cancelled: string[] = [];
    const { writer, reader } = start({ onCancel: (solveId) => cancelled.push(solveId) });
    const session = await open(writer);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await reader.cancel("s1")).toBe(true);
    await eventually(() => expect(cancelled).toEqual(["s1"]));
    session.end();
    await eventually(async () => expect(await reader.cancel("s1")).toBe(false));
  });

  it_("lets its readers go when they leave", async () => {
    const { writer, reader } = start();
    fill(await open(writer), 1, 5);
    const left = new AbortController();
    const reading = numbers(reader, 0, left.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    left.abort();
    expect(await reading).toEqual(upTo(1, 5));
  });
});

describe("sessions in memory", () => {
  it("are forgotten some time after their end, and before that where there are too many", async () => {
    const clock = createFakeClock();
    const store = kept(createMemorySessionStore({ ...defaults, ttlMs: 1_000, maxBytes: 150, clock }));
    for (const id of ["s1", "s2", "s3"]) {
      const session = await open(store, id, id);
      fill(session, 1, 9);
      session.end();
    }
    expect(await store.find("local", { solveId: "s1" })).toBeUndefined();
    expect(await store.find("local", { solveId: "s3" })).toBeDefined();
    await clock.advance(1_001);
    expect(await store.find("local", { key: "s3" })).toBeUndefined();
  });
});

describe.skipIf(!hasRedis)("sessions of several replicas", () => {
  it("are ended by another replica where theirs gives no sign of life, and whoever was slow goes on with its end", async () => {
    prefixes += 1;
    const seen: string[] = [];
    const onLost: SessionStoreOptions<string>["onLost"] = ({ solveId, tenant, events }) => {
      seen.push(`${solveId} ${tenant} ${events.length}`);
      return [`event ${events.length + 1}`, `event ${events.length + 2}`];
    };
    // Its signs of life are too far apart for the others: as good as dead, and it does not know.
    const slow = shared({ leaseMs: 600_000 });
    const session = await open(slow, "s1", "k");
    fill(session, 1, 20);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const others = [shared({ leaseMs: 300, onLost }), shared({ leaseMs: 300, onLost })];
    expect(await numbers(others[0] as SessionStore<string>, 15)).toEqual(upTo(16, 22));
    expect(seen).toEqual(["s1 local 20"]);
    expect(await others[1]?.find("local", { key: "k" })).toMatchObject({ solveId: "s1", state: "ended" });
    expect(session.lost.aborted).toBe(false);
    session.append(21, "event 21, of which nobody else has heard");
    await eventually(() => expect(session.lost.aborted).toBe(true));
    const events = await Array.fromAsync(slow.read("s1", 0));
    expect(events.at(-1)).toEqual({ sequence: 22, event: "event 22" });
  });

  it("that had not begun fail where their replica is lost, and free their key: nobody has heard of them", async () => {
    prefixes += 1;
    const onLost = () => expect.unreachable("there is nothing to end");
    const session = await open(shared({ leaseMs: 600_000 }), "s1", "k");
    const other = shared({ leaseMs: 300, onLost });
    await expect(numbers(other, 0)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/lost/),
    });
    await eventually(async () => expect(await other.find("local", { key: "k" })).toBeUndefined());
    await session.begin("event 1");
    expect(session.lost.aborted).toBe(true);
    expect(await open(other, "s2", "k")).toBeDefined();
  });

  it("are known elsewhere before their own readers have the first event", async () => {
    prefixes += 1;
    const [writer, other] = [shared(), shared()];
    const session = await open(writer, "s1");
    const first = writer.read("s1", 0).next();
    const begun = session.begin("event 1");
    await first;
    const known = await other.read("s1", 0).next();
    expect(known.value).toEqual({ sequence: 1, event: "event 1" });
    await begun;
  });

  it("are left to the others by a replica that closes before they have ended", async () => {
    prefixes += 1;
    const first = shared({ leaseMs: 300 });
    fill(await open(first, "s1"), 1, 3);
    const second = shared({ leaseMs: 300, onLost: ({ events }) => [`event ${events.length + 1}`] });
    await eventually(async () => expect((await second.find("local", { solveId: "s1" }))?.state).toBe("running"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await first.close(100);
    stores.splice(stores.indexOf(first), 1);
    expect(await numbers(second, 0)).toEqual(upTo(1, 4));
  });

  it("go on in their own process while Redis is away, and are shared when it is back", async () => {
    prefixes += 1;
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message);
    const writer = shared({ warn });
    const session = await open(writer, "s1");
    const reading = numbers(writer, 0);
    fill(session, 1, 10);
    redis?.signal("SIGSTOP");
    fill(session, 11, 20);
    expect(await open(writer, "s2", "k")).toBeDefined();
    redis?.signal("SIGCONT");
    fill(session, 21, 30);
    session.end();
    expect(await reading).toEqual(upTo(1, 30));
    expect(await numbers(shared(), 0)).toEqual(upTo(1, 30));
  });
});
