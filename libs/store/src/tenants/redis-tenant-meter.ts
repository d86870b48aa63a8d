import { randomUUID } from "node:crypto";
import { type LedgerCaps, type LedgerSnapshot, limits, outputTokensOf } from "@reckon/core";
import { connectRedis, redisScript } from "../sessions/redis/redis-connection.ts";
import { concurrencyRetryMs, dayMs, defaultTakers, type MeterRefusal, type TenantMeter } from "./tenant-meter.ts";

/** Where tenants are counted. */
export interface RedisTenantMeterOptions {
  readonly url: string;
  /** What all keys begin with. Default `reckon`. */
  readonly prefix?: string | undefined;
  /** Told what could not be given back; the url, which may hold a password, is never in it. */
  readonly warn: (message: string, error?: unknown) => void;
  /** Milliseconds since 1970. Default: the real time. */
  readonly nowMs?: () => number;
}

/**
 * Counts a solve in. KEYS: live solves, rate, the day. ARGV: id, solves at once, solves a minute, the day's tokens and
 * millionths of a dollar, the solve's own of both, takers, time in ms after which a solve counts as lost; 0 is no limit.
 * Answers `entered` and what is set aside of tokens and money, or why not and for how long.
 */
const enterScript = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local live = redis.call('ZCARD', KEYS[1])
local atOnce, perMinute = tonumber(ARGV[2]), tonumber(ARGV[3])
if atOnce > 0 and live >= atOnce then return {'concurrency', 0} end
local level
if perMinute > 0 then
  local rate = redis.call('HMGET', KEYS[2], 'level', 'at')
  level = math.min(perMinute, tonumber(rate[1] or perMinute) + (now - tonumber(rate[2] or now)) * perMinute / 60000)
  if level < 1 then return {'rate', math.ceil((1 - level) * 60000 / perMinute)} end
end
local takers = atOnce > 0 and math.max(1, atOnce - live) or tonumber(ARGV[8])
local held = {0, 0}
for i = 1, 2 do
  local limit, own = tonumber(ARGV[3 + i]), tonumber(ARGV[5 + i])
  if limit > 0 then
    local free = limit - tonumber(redis.call('HGET', KEYS[3], tostring(i)) or 0)
    local share = math.floor(free / takers)
    if share < 1 then share = free end
    if share < 1 then return {'budget', 0} end
    held[i] = own > 0 and math.min(own, share) or share
  end
end
for i = 1, 2 do
  if held[i] > 0 then redis.call('HINCRBY', KEYS[3], tostring(i), string.format('%.0f', held[i])) end
end
redis.call('PEXPIRE', KEYS[3], ${2 * dayMs})
if level then
  redis.call('HSET', KEYS[2], 'level', tostring(level - 1), 'at', tostring(now))
  redis.call('PEXPIRE', KEYS[2], 120000)
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[9]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[9])
return {'entered', string.format('%.0f', held[1]), string.format('%.0f', held[2])}
`);

/** Counts a solve out. KEYS: live solves, the day. ARGV: id, what is to be added to the day's tokens and money. */
const leaveScript = redisScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 1 then
  for i = 1, 2 do redis.call('HINCRBY', KEYS[2], tostring(i), ARGV[1 + i]) end
end
return 1
`);

// A solve of a process that died counts until it could not run any more.
const leaseMs = limits.timeoutMs.max + 60_000;
const micro = 1_000_000;

/**
 * Counts tenants in Redis or Valkey, so that their limits hold for all replicas together and outlive each of them. What a
 * replica that dies has set aside stays so until midnight: a budget is rather kept than passed.
 */
export function createRedisTenantMeter(options: RedisTenantMeterOptions): TenantMeter {
  const { url, prefix = "reckon", warn, nowMs = Date.now } = options;
  // What is wrong with the server, the sessions tell; here a call that needs it fails.
  const redis = connectRedis({ url, warn: () => undefined });
  const leaving = new Set<Promise<unknown>>();

  return {
    async enter({ id: tenant, caps }, own) {
      const id = randomUUID();
      const base = `${prefix}:t:{${tenant}}`;
      const keys = {
        live: `${base}:live`,
        rate: `${base}:rate`,
        day: `${base}:day:${Math.floor(nowMs() / dayMs)}`,
      };
      const { daily } = caps;
      const wanted = [
        caps.maxConcurrent ?? 0,
        caps.solvesPerMinute ?? 0,
        ...amounts(daily),
        ...amounts(own),
        defaultTakers,
        leaseMs,
      ];
      const [verdict, first, second] = await redis.script<[Buffer, Buffer | number, Buffer | undefined]>(
        enterScript,
        [keys.live, keys.rate, keys.day],
        [id, ...wanted.map(String)],
      );
      if (String(verdict) !== "entered") {
        return refusal(String(verdict) as MeterRefusal["why"], Number(first), dayMs - (nowMs() % dayMs));
      }
      const held = [Number(first), Number(second)] as const;
      return {
        type: "entered",
        held: {
          ...(daily?.maxOutputTokens !== undefined && { maxOutputTokens: held[0] }),
          ...(daily?.maxCostUsd !== undefined && { maxCostUsd: held[1] / micro }),
        },
        leave(spent) {
          const rest = spentOf(spent, daily).map((amount, index) => String(amount - (held[index] ?? 0)));
          const done = redis
            .script(leaveScript, [keys.live, keys.day], [id, ...rest])
            .catch((error: unknown) =>
              warn(`what a solve of tenant ${tenant} did not spend stays set aside until midnight`, error),
            )
            .finally(() => leaving.delete(done));
          leaving.add(done);
        },
      };
    },
    async close() {
      await Promise.all(leaving);
      await redis.close();
    },
  };
}

/** Tokens and millionths of a dollar of caps; 0 where there is none. A cap that is spent is the smallest one, not none. */
function amounts(caps: LedgerCaps | undefined): [tokens: number, micros: number] {
  const atLeastOne = (amount: number | undefined) => (amount === undefined ? 0 : Math.max(1, Math.floor(amount)));
  const micros = caps?.maxCostUsd === undefined ? undefined : caps.maxCostUsd * micro;
  return [atLeastOne(caps?.maxOutputTokens), atLeastOne(micros)];
}

/** What was spent of that which is limited; money is rounded up. */
function spentOf(spent: LedgerSnapshot, daily: LedgerCaps | undefined): [tokens: number, micros: number] {
  return [
    daily?.maxOutputTokens === undefined ? 0 : outputTokensOf(spent),
    daily?.maxCostUsd === undefined ? 0 : Math.ceil((spent.costUsd ?? 0) * micro),
  ];
}

function refusal(why: MeterRefusal["why"], waitMs: number, untilTomorrowMs: number): MeterRefusal {
  const retryAfterMs = { concurrency: concurrencyRetryMs, rate: waitMs, budget: untilTomorrowMs }[why];
  return { type: "refused", why, retryAfterMs };
}
