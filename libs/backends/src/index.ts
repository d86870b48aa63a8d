export { type BackendDeps, createBackend, createBackends } from "./create-backend.ts";
export { createModelRouter } from "./model-router.ts";
