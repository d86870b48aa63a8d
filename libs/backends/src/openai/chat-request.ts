import type { BackendConfig } from "@reckon/config";
import { type GenerateOptions, type Problem, ReckonError, type SampleOverrides } from "@reckon/core";
import { sampleSeed } from "../sample-seed.ts";
import type { Abilities } from "./abilities.ts";
import { sentPrefix } from "./continued-prefix.ts";

/** Groq answers 400 to more. */
const groqStopTexts = 4;

/** Throws `failed-precondition` where options ask for what the backend cannot do, naming it. */
export function assertPossible(
  backend: string,
  config: BackendConfig,
  abilities: Abilities,
  options: GenerateOptions & SampleOverrides,
): void {
  const refuse = (what: string, key: string) => {
    const why = `backend ${backend} cannot ${what} (${key} is false for it: by its kind, its configuration, or the probe of the endpoint)`;
    throw new ReckonError("failed-precondition", why);
  };
  if (options.logprobs && !abilities.logprobs) refuse("give log-probabilities", "logprobs");
  if (options.prefix && !abilities.continueFromPrefix) refuse("continue from a prefix", "continue_from_prefix");
  if (options.seed !== undefined && !abilities.seed) refuse("sample by seed", "seed");
  if (options.topK && !abilities.topK) refuse("sample by top-k", "top_k");
  const stops = options.stop?.length ?? 0;
  if (config.kind === "groq" && stops > groqStopTexts) {
    throw new ReckonError(
      "failed-precondition",
      `backend ${backend} takes at most ${groqStopTexts} stop texts, not ${stops}`,
    );
  }
}

/** The body of a streaming `POST /chat/completions` for one sample; unset options are left to the endpoint. */
export function chatRequest(
  config: BackendConfig,
  abilities: Abilities,
  model: string,
  problem: Problem,
  options: GenerateOptions,
  sample: number,
): Record<string, unknown> {
  const isGroq = config.kind === "groq";
  const hasSystem = problem.messages.some((message) => message.role === "system");
  const instruction = hasSystem || config.instruction === "" ? [] : [{ role: "system", content: config.instruction }];
  const { text, isBreakExpected } = sentPrefix(options.prefix ?? "", options.stop, abilities);
  const prefix = text === "" ? [] : [{ role: "assistant", content: text }];
  const body: Record<string, unknown> = {
    model,
    messages: [...instruction, ...problem.messages, ...prefix],
    stream: true,
    temperature: options.temperature ?? 1,
  };
  // Groq states usage in `x_groq` without being asked, and does not know the field.
  if (!isGroq) {
    const continuous = abilities.continuousUsage ? { continuous_usage_stats: true } : {};
    body.stream_options = { include_usage: true, ...continuous };
  }
  if (options.topP !== undefined) body.top_p = options.topP;
  if (options.topK) body.top_k = options.topK;
  if (options.seed !== undefined) body.seed = sampleSeed(options.seed, sample);
  if (options.stop !== undefined && options.stop.length > 0) body.stop = options.stop;
  if (options.maxTokens !== undefined) body[maxTokensField(config)] = options.maxTokens;
  if (options.logprobs) body.logprobs = true;
  if (options.logprobs && options.topLogprobs) body.top_logprobs = options.topLogprobs;
  if (prefix.length > 0) Object.assign(body, continuation);
  if (prefix.length > 0 && isBreakExpected) Object.assign(body, afterBreak);
  // vLLM runs the lower value first; with Reckon more is more urgent.
  if (abilities.priority && options.routing?.priority) body.priority = -options.routing.priority;
  return body;
}

/** The fields by which vLLM and SGLang continue the last message. */
export const continuation = { add_generation_prompt: false, continue_final_message: true } as const;

/** The field by which vLLM and SGLang take no stop text for one before the second token. */
export const afterBreak = { min_tokens: 1 } as const;

/** The name of the field that limits the output. */
export function maxTokensField(config: BackendConfig): "max_tokens" | "max_completion_tokens" {
  return config.max_tokens_field ?? (config.kind === "groq" ? "max_completion_tokens" : "max_tokens");
}
