import { type Backend, questionOf } from "@reckon/core";
import { createEngine } from "@reckon/engine";
import { createPrmJudge, createVerifier } from "@reckon/service-verifier";
import { rememberingPrm } from "./remembering-prm.ts";
import type { DirectPorts } from "./solve-direct.ts";

/** The embedded model and its process reward model in this process; `close` ends both. */
export async function openDirectPorts(): Promise<DirectPorts & { close(): Promise<void> }> {
  const engine = await createEngine({ maxBatch: 256 });
  const thinker: Backend = {
    name: "embedded",
    listModels: async () => [engine.model],
    open: async (problem, options) => engine.open(questionOf(problem), options),
    load: async () => engine.load(),
    close: () => engine.close(),
  };
  const judge = createPrmJudge(
    rememberingPrm((question) => engine.openScoring(question)),
    engine.aggregation,
    engine.words,
  );
  return { thinker, verifier: createVerifier([judge]), close: () => engine.close() };
}
