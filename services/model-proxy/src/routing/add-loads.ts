import type { BackendLoad } from "@reckon/core";

/** The sum of what two backends did. */
export function addLoads(a: BackendLoad, b: BackendLoad): BackendLoad {
  return {
    liveSamples: a.liveSamples + b.liveSamples,
    queuedSamples: a.queuedSamples + b.queuedSamples,
    outputTokens: a.outputTokens + b.outputTokens,
    cancelledTokens: a.cancelledTokens + b.cancelledTokens,
    prefilledTokens: a.prefilledTokens + b.prefilledTokens,
  };
}
