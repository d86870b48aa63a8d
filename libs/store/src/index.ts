export { dataFolder, storePath } from "./data-folder.ts";
export type { HistorySummary } from "./history-summary.ts";
export { summarizeHistory } from "./history-summary.ts";
export { type OpenStoreOptions, openStore } from "./open-store.ts";
export { featuresOf, type ProblemFeatures, templateOf } from "./problem-features.ts";
export { readRecordFile, writeRecordFile } from "./records/record-file.ts";
export { readRecordLine, writeRecordLine } from "./records/record-line.ts";
export { createRecordWriter, type RecordWriter, type RecordWriterOptions } from "./records/record-writer.ts";
export { createMemorySessionStore } from "./sessions/memory-session-store.ts";
export { type OpenSessionStoreOptions, openSessionStore } from "./sessions/open-session-store.ts";
export { createRedisSessionStore, type RedisSessionStoreOptions } from "./sessions/redis/redis-session-store.ts";
export type {
  EventCodec,
  LostSession,
  NewSession,
  NumberedEvent,
  OpenedSession,
  OwnSession,
  SessionInfo,
  SessionStore,
  SessionStoreOptions,
} from "./sessions/session-store.ts";
export type { OutcomeRecord, SimilarOutcome, Store } from "./store.ts";
export { createRedisTenantMeter, type RedisTenantMeterOptions } from "./tenants/redis-tenant-meter.ts";
export {
  concurrencyRetryMs,
  dayMs,
  defaultTakers,
  type MeterEntry,
  type MeterRefusal,
  type TenantMeter,
} from "./tenants/tenant-meter.ts";
