import type { BackendConfig } from "@reckon/config";
import { type Capabilities, type GenerateOptions, type Problem, ReckonError, type SampleOverrides } from "@reckon/core";
import { sampleSeed } from "../sample-seed.ts";

/** What an OpenAI-compatible endpoint can do, as declared in its configuration. */
export function capabilitiesOf(config: BackendConfig): Capabilities {
  return {
    logprobs: config.logprobs,
    n: false,
    abort: true,
    continueFromPrefix: config.continue_from_prefix,
    seed: config.seed,
    processReward: false,
    policies: ["baseline"],
  };
}

/** Throws `failed-precondition` where options ask for what the backend cannot do, naming it. */
export function assertPossible(
  backend: string,
  config: BackendConfig,
  options: GenerateOptions & SampleOverrides,
): void {
  const refuse = (what: string, key: string) => {
    throw new ReckonError(
      "failed-precondition",
      `backend ${backend} cannot ${what} (${key} is false in its configuration)`,
    );
  };
  if (options.logprobs && !config.logprobs) refuse("give log-probabilities", "logprobs");
  if (options.prefix && !config.continue_from_prefix) refuse("continue from a prefix", "continue_from_prefix");
  if (options.seed !== undefined && !config.seed) refuse("sample by seed", "seed");
  if (options.topK && !config.top_k) refuse("sample by top-k", "top_k");
}

/** The body of a streaming `POST /chat/completions` for one sample; unset options are left to the endpoint. */
export function chatRequest(
  config: BackendConfig,
  model: string,
  problem: Problem,
  options: GenerateOptions,
  sample: number,
): Record<string, unknown> {
  const hasSystem = problem.messages.some((message) => message.role === "system");
  const instruction = hasSystem || config.instruction === "" ? [] : [{ role: "system", content: config.instruction }];
  const prefix = options.prefix ? [{ role: "assistant", content: options.prefix }] : [];
  const body: Record<string, unknown> = {
    model,
    messages: [...instruction, ...problem.messages, ...prefix],
    stream: true,
    stream_options: config.continuous_usage
      ? { include_usage: true, continuous_usage_stats: true }
      : { include_usage: true },
    temperature: options.temperature ?? 1,
  };
  if (options.topP !== undefined) body.top_p = options.topP;
  if (options.topK) body.top_k = options.topK;
  if (options.seed !== undefined) body.seed = sampleSeed(options.seed, sample);
  if (options.stop !== undefined && options.stop.length > 0) body.stop = options.stop;
  if (options.maxTokens !== undefined) body[config.max_tokens_field] = options.maxTokens;
  if (options.logprobs) body.logprobs = true;
  if (options.logprobs && options.topLogprobs) body.top_logprobs = options.topLogprobs;
  if (prefix.length > 0) Object.assign(body, { add_generation_prompt: false, continue_final_message: true });
  return body;
}
