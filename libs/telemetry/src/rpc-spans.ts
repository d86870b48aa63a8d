import { spanNames } from "./names.ts";

/**
 * Methods whose handler is one span, by full name. `solve`, `sample`, `generate` and `score` are not here: they last as long
 * as a solve or a sample, not as long as a call.
 */
export const rpcSpans: Readonly<Record<string, string>> = {
  "reckon.difficulty.v1.DifficultyService/Estimate": spanNames.estimate,
  "reckon.difficulty.v1.DifficultyService/EstimateBatch": spanNames.estimate,
};
