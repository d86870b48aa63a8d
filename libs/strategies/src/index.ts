export * from "./solve.ts";
export * from "./solve-ports.ts";
export * from "./step-tracker.ts";
