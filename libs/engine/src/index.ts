export { createEngine, type Engine, type EngineOptions, type EnginePart } from "./engine.ts";
export type { EngineGenerateOptions } from "./generate-settings.ts";
export { openReference, type Reference } from "./reference.ts";
export type { PrmScoring } from "./score/scoring-client.ts";
