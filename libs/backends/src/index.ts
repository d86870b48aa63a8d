export { type BackendDeps, createBackend, createBackendMaker, createBackends } from "./create-backend.ts";
export type { RateLimitListener } from "./openai/endpoint.ts";
export {
  createPoolingPrm,
  type PoolingPrm,
  type PoolingPrmOptions,
  type PoolingScores,
} from "./pooling/pooling-prm.ts";
