export * from "./bands.ts";
export * from "./generate.ts";
export * from "./problem.ts";
export { createRng, type Rng } from "./rng.ts";
export { splitOf } from "./split.ts";
