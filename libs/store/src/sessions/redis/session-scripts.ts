import { redisScript } from "./redis-connection.ts";

/**
 * Opens a session unless its idempotency key is taken. KEYS: idempotency key, session, the owner's set. ARGV: id, tenant,
 * owner, fingerprint, time to live in ms, `1` where there is an idempotency key. Answers `{1}`, or `{0, holder}`.
 */
export const openScript = redisScript(`
if ARGV[6] == '1' then
  local holder = redis.call('GET', KEYS[1])
  if holder then return {0, holder} end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])
end
redis.call('HSET', KEYS[2], 'tenant', ARGV[2], 'owner', ARGV[3], 'fingerprint', ARGV[4], 'state', 'running', 'last', '0',
  'key', ARGV[6] == '1' and KEYS[1] or '')
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('SADD', KEYS[3], ARGV[1])
return {1}
`);

/**
 * Adds packed events. KEYS: session, log, the owner's set, idempotency key or an empty one. ARGV: owner, id, number of the last event,
 * events, number below which entries go (0: none), state, time to live in ms, channel, head (or empty). Answers 1; 0 where
 * the session has another owner; -1 where there is no such session.
 */
export const appendScript = redisScript(`
local facts = redis.call('HMGET', KEYS[1], 'owner', 'last')
if not facts[1] then return -1 end
if facts[1] ~= ARGV[1] then return 0 end
if tonumber(ARGV[3]) > tonumber(facts[2]) then
  redis.call('XADD', KEYS[2], ARGV[3] .. '-0', 'e', ARGV[4])
  redis.call('HSET', KEYS[1], 'last', ARGV[3])
  if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'head', ARGV[9]) end
  if ARGV[5] ~= '0' then redis.call('XTRIM', KEYS[2], 'MINID', ARGV[5] .. '-0') end
end
if ARGV[6] ~= 'running' then
  redis.call('HSET', KEYS[1], 'state', ARGV[6])
  redis.call('SREM', KEYS[3], ARGV[2])
  if KEYS[4] ~= '' then redis.call('PEXPIRE', KEYS[4], ARGV[7]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[7] + 5000)
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call('PUBLISH', ARGV[8], ARGV[3])
return 1
`);

/**
 * Ends a session that never began. KEYS: session, the owner's set, idempotency key or an empty one. ARGV: owner, id, error
 * as JSON, time for which its readers are told, channel. The key is free again at once.
 */
export const failScript = redisScript(`
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'failed', 'error', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SREM', KEYS[2], ARGV[2])
if KEYS[3] ~= '' and redis.call('GET', KEYS[3]) == ARGV[2] then redis.call('DEL', KEYS[3]) end
redis.call('PUBLISH', ARGV[5], '0')
return 1
`);

/**
 * A replica's sign of life, by the server's clock. KEYS: replicas. ARGV: replica, lease in ms. Answers the replicas that
 * have given none for longer than the lease.
 */
export const heartbeatScript = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
`);

/**
 * Takes a session from a replica that was lost. KEYS: session, its set, one's own set. ARGV: it, oneself, id. Answers 1 where
 * the session is now one's own; 0 where it had ended, was gone, or somebody else was faster.
 */
export const claimScript = redisScript(`
redis.call('SREM', KEYS[2], ARGV[3])
local facts = redis.call('HMGET', KEYS[1], 'owner', 'state')
if facts[1] ~= ARGV[1] or facts[2] ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[2])
redis.call('SADD', KEYS[3], ARGV[3])
return 1
`);
