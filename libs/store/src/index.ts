export { dataFolder, storePath } from "./data-folder.ts";
export type { HistorySummary } from "./history-summary.ts";
export { summarizeHistory } from "./history-summary.ts";
export { type OpenStoreOptions, openStore } from "./open-store.ts";
export { featuresOf, type ProblemFeatures, templateOf } from "./problem-features.ts";
export type { OutcomeRecord, SimilarOutcome, Store } from "./store.ts";
