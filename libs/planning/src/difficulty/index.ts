export * from "./difficulty-features.ts";
export * from "./dispersion.ts";
export * from "./drift.ts";
export * from "./estimate-learned.ts";
export * from "./learn-outcome.ts";
export * from "./learned-codec.ts";
export * from "./learned-difficulty.ts";
export * from "./train-difficulty.ts";
