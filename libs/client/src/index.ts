export type { Batch, BatchEvent, BatchItem, BatchOptions, BatchSummary, ItemFailure } from "./batch.ts";
export { batchEventToJson } from "./batch.ts";
export * from "./create-reckon.ts";
export type {
  CalibrationNow,
  Distribution,
  Insights,
  InsightsOptions,
  StrategyLogEntry,
} from "./insights.ts";
export * from "./reckon-error.ts";
export type { Solve } from "./solve.ts";
export * from "./solve-event.ts";
export { solveEventToJson } from "./solve-event-from-proto.ts";
export * from "./solve-options.ts";
export * from "./values.ts";
export * from "./vocabulary.ts";
