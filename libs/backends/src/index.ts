export { type BackendDeps, createBackend, createBackends } from "./create-backend.ts";
