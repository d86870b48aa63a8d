export * from "./eventually.ts";
export * from "./expect-no-live-handlers.ts";
export * from "./fake-clock.ts";
export * from "./scripted-backend.ts";
export * from "./start-otlp-collector.ts";
export { findRedisServer, type RedisServer, startRedis } from "./start-redis.ts";
export * from "./start-test-server.ts";
