export { type BackendDeps, createBackend, createBackends } from "./create-backend.ts";
export { createModelRouter } from "./model-router.ts";
export type { RateLimitListener } from "./openai/endpoint.ts";
