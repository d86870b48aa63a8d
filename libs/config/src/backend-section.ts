import { z } from "zod";
import { booleanKey, choiceKey, integerKey, numberKey, textKey } from "./config-key.ts";
import { isPlainHttpUrl } from "./process-sections.ts";

/** Asks for reasoning in steps of a line and an answer that can be found again. */
const defaultInstruction =
  "Think step by step, one short step per line. End with a line `Answer: ` followed by nothing but the final answer.";

/** `[backends.NAME]`: one model endpoint. */
export const backendSection = z
  .object({
    kind: choiceKey(
      ["openai", "embedded"],
      "openai",
      'What answers: "openai" is any endpoint with the OpenAI chat API (vLLM, SGLang, llama.cpp, Ollama, ...), "embedded" the model inside Reckon.',
    ),
    default: booleanKey(
      false,
      "Use it where a request names no model. Without such a backend the first in the file is used.",
    ),
    url: textKey(undefined, 'Base URL of the API, for example "http://localhost:8000/v1"; needed for "openai".', {
      accepts: "an http or https URL without credentials",
      test: isPlainHttpUrl,
      secretive: true,
    }),
    model: textKey(undefined, "Model to ask for; the first of the endpoint's `/models` where unset.", {
      accepts: "a model id of 1 to 256 characters",
      test: (value) => value.length > 0 && value.length <= 256,
    }),
    api_key_env: textKey(
      undefined,
      "Name of the environment variable that holds the API key (the name, never the key).",
      {
        accepts: "the name of an environment variable",
        test: (value) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(value),
        secretive: true,
      },
    ),
    instruction: textKey(defaultInstruction, "System message for problems that bring none; empty for none.", {
      accepts: "text of at most 16384 characters",
      test: (value) => value.length <= 16_384,
    }),
    context_length: integerKey(32_768, "Prompt and output together.", { min: 16, max: 100_000_000, unit: "tokens" }),
    max_parallel: integerKey(64, "Requests in flight at once; more wait.", { min: 1, max: 65_536 }),
    first_token_timeout: numberKey(60, "The longest wait for a response to begin.", {
      above: 0,
      max: 300,
      unit: "seconds",
    }),
    idle_timeout: numberKey(30, "The longest silence within a stream before it counts as lost.", {
      above: 0,
      max: 300,
      unit: "seconds",
    }),
    max_tokens_field: choiceKey(
      ["max_tokens", "max_completion_tokens"],
      "max_tokens",
      "Name of the field that limits the output; reasoning models of OpenAI want the second.",
    ),
    continuous_usage: booleanKey(
      false,
      "Ask for token counts in every event (`continuous_usage_stats` of vLLM and SGLang), so that those of cancelled samples are exact.",
    ),
    logprobs: booleanKey(true, "The endpoint gives log-probabilities."),
    seed: booleanKey(true, "Equal seeds give equal samples."),
    top_k: booleanKey(true, "The endpoint knows `top_k`."),
    continue_from_prefix: booleanKey(
      false,
      "The endpoint continues a given assistant message (`continue_final_message` of vLLM and SGLang).",
    ),
  })
  .describe(
    "One model endpoint; NAME is 1 to 64 of a-z, 0-9, - and _, a letter first. Without any, the embedded model is used.",
  );

/** Names of backends. */
export const backendNamePattern = /^[a-z][a-z0-9_-]{0,63}$/;

/** One model endpoint, as configured. */
export type BackendConfig = z.output<typeof backendSection>;
