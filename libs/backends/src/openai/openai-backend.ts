import type { BackendConfig } from "@reckon/config";
import { type Backend, type Generation, ReckonError } from "@reckon/core";
import { createSlots } from "../slots.ts";
import { createChatClient } from "./chat-client.ts";
import { assertPossible } from "./chat-request.ts";
import { createEndpoint, type RateLimitListener } from "./endpoint.ts";
import { createEndpointLoad } from "./endpoint-load.ts";
import { createKnownAbilities } from "./known-abilities.ts";
import { createLoadCounter } from "./load-counter.ts";
import { createModelList } from "./model-list.ts";
import { openGeneration } from "./openai-generation.ts";

/** What an OpenAI-compatible backend gets from outside. */
export interface OpenAiBackendOptions {
  /** Where API keys are. */
  readonly env: NodeJS.ProcessEnv;
  /** Told, once, what an operator should know. */
  readonly warn: (message: string) => void;
  /** Called with the headers of every response. */
  readonly onRateLimit?: RateLimitListener;
}

/**
 * A backend over any endpoint with the OpenAI chat completions API: vLLM, SGLang, llama.cpp, Ollama, Groq, hosted ones. A
 * sample is a streaming request of its own; cancelling it closes its connection, at which such servers stop generating.
 * Reasoning streams before content, as one text. Nothing is tried again here: a failed sample says whether that may help.
 */
export function createOpenAiBackend(name: string, config: BackendConfig, options: OpenAiBackendOptions): Backend {
  const { env, warn, onRateLimit } = options;
  const closing = new AbortController();
  const endpoint = createEndpoint(name, config, env, onRateLimit);
  const client = createChatClient(config.kind, endpoint);
  const abilities = createKnownAbilities(name, config, client, closing.signal, warn);
  const models = createModelList(name, config, client, abilities);
  const endpointLoad = createEndpointLoad(name, endpoint, warn);
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
      assertPossible(name, config, abilities.now, options);
      const model = await models.resolve(options.model || undefined);
      const known = await abilities.probed(model);
      assertPossible(name, config, known, options);
      const onEnd = () => generations.delete(generation);
      const generation = openGeneration({
        backend: name,
        config,
        abilities: known,
        client,
        withoutKey: endpoint.withoutKey,
        slots,
        load,
        model,
        problem,
        options,
        closing: closing.signal,
        onEstimate,
        onEnd,
      });
      generations.add(generation);
      return generation;
    },
    load: async () => {
      const told = abilities.now.loadMetrics ? await endpointLoad() : undefined;
      return { ...load.snapshot(), ...(told === undefined ? {} : { endpoint: told }) };
    },
    close: async () => {
      for (const generation of generations) generation.close();
      closing.abort(new ReckonError("cancelled", `backend ${name} is closed`));
    },
  };
}
