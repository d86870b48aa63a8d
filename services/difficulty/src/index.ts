export { createDifficultyService, type DifficultyServiceOptions } from "./service.ts";
