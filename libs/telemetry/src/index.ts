export * from "./create-logger.ts";
export * from "./measure.ts";
export * from "./measure-routing.ts";
export * from "./measure-sessions.ts";
export * from "./names.ts";
export * from "./record-prompts.ts";
export * from "./start-telemetry.ts";
export * from "./with-span.ts";
