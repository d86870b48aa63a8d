import type { BackendConfig } from "@reckon/config";
import type { Backend, Generation } from "@reckon/core";
import { createSlots } from "../slots.ts";
import { assertPossible } from "./chat-request.ts";
import { createEndpoint } from "./endpoint.ts";
import { createLoadCounter } from "./load-counter.ts";
import { createModelList } from "./model-list.ts";
import { openGeneration } from "./openai-generation.ts";

/** What an OpenAI-compatible backend gets from outside. */
export interface OpenAiBackendOptions {
  /** Where API keys are. */
  readonly env: NodeJS.ProcessEnv;
  /** Told, once, what an operator should know. */
  readonly warn: (message: string) => void;
}

/**
 * A backend over any endpoint with the OpenAI chat completions API: vLLM, SGLang, llama.cpp, Ollama, hosted ones. A sample
 * is a streaming request of its own; cancelling it closes its connection, at which such servers stop generating. Reasoning
 * streams before content, as one text. Nothing is tried again here: a failed sample says whether that may help.
 */
export function createOpenAiBackend(name: string, config: BackendConfig, { env, warn }: OpenAiBackendOptions): Backend {
  const endpoint = createEndpoint(name, config, env);
  const models = createModelList(name, config, endpoint);
  const slots = createSlots(config.max_parallel);
  const load = createLoadCounter(slots);
  const generations = new Set<Generation>();
  let hasWarned = false;

  const onEstimate = () => {
    if (hasWarned) return;
    hasWarned = true;
    warn(
      `backend ${name} did not state the tokens of every sample (cancelled ones have no usage): they are counted by stream events; with vLLM or SGLang set backends.${name}.continuous_usage`,
    );
  };

  return {
    name,
    listModels: () => models.list(),
    open: async (problem, options) => {
      assertPossible(name, config, options);
      const model = await models.resolve(options.model || undefined);
      const onEnd = () => generations.delete(generation);
      const shared = { backend: name, config, endpoint, slots, load, model, problem, options, onEstimate, onEnd };
      const generation = openGeneration(shared);
      generations.add(generation);
      return generation;
    },
    load: async () => load.snapshot(),
    close: async () => {
      for (const generation of generations) generation.close();
    },
  };
}
