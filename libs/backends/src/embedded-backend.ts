import { type Backend, questionOf } from "@reckon/core";
import type { Engine } from "@reckon/engine";

/**
 * A backend over the model inside Reckon; it reads the question alone, the last message of the user. The engine is started
 * by the first call that needs it and is shared by all; a start that fails is tried again by the next call.
 */
export function createEmbeddedBackend(name: string, start: () => Promise<Engine>): Backend {
  let starting: Promise<Engine> | undefined;
  let engine: Engine | undefined;

  const started = (): Promise<Engine> => {
    starting ??= start().then(
      (ready) => {
        engine = ready;
        return ready;
      },
      (error) => {
        starting = undefined;
        throw error;
      },
    );
    return starting;
  };

  return {
    name,
    listModels: async () => [{ ...(await started()).model, backend: name }],
    open: async (problem, options) => (await started()).open(questionOf(problem), options),
    load: async () =>
      engine?.load() ?? { liveSamples: 0, queuedSamples: 0, outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 },
    close: async () => {
      // One that is still starting is waited for, or its worker would outlive the backend.
      await starting?.then(
        (ready) => ready.close(),
        () => undefined,
      );
    },
  };
}
