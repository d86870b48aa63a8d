export { BAND_LEVELS, type Levels } from "./bands.ts";
export { checkChain, checkChainText, type StepVerdict } from "./check-step.ts";
export { type GenerateOptions, generateProblems, streamProblems } from "./generate.ts";
export { type ParsedLine, parseLine, type Term } from "./parse-line.ts";
export {
  BANDS,
  type Band,
  FAMILIES,
  type Family,
  type Problem,
  referenceLines,
  SPLITS,
  type Split,
} from "./problem.ts";
export { createRng, type Rng } from "./rng.ts";
export { splitOf } from "./split.ts";
