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
      ["openai", "vllm", "groq", "embedded"],
      "openai",
      'What answers: "openai" is any endpoint with the OpenAI chat API (SGLang, llama.cpp, Ollama, OpenAI itself, ...), "vllm" one with vLLM\'s additions to it, on GPU or TPU, "groq" the Groq API, "embedded" the model inside Reckon.',
    ),
    default: booleanKey(
      false,
      "Use it where a request names no model. Without such a backend the first in the file is used.",
    ),
    url: textKey(
      undefined,
      'Base URL of the API, for example "http://localhost:8000/v1"; needed for "openai" and "vllm". "groq" is at https://api.groq.com where unset, and takes a URL with or without `/openai/v1`.',
      {
        accepts: "an http or https URL without credentials",
        test: isPlainHttpUrl,
        secretive: true,
      },
    ),
    model: textKey(undefined, "Model to ask for; the first of the endpoint's `/models` where unset.", {
      accepts: "a model id of 1 to 256 characters",
      test: (value) => value.length > 0 && value.length <= 256,
    }),
    api_key_env: textKey(
      undefined,
      "Name of the environment variable that holds the API key (the name, never the key); `GROQ_API_KEY` for Groq's own URL.",
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
      undefined,
      'Name of the field that limits the output; reasoning models of OpenAI want the second. Where unset: the second for "groq", else the first.',
    ),
    probe: booleanKey(
      true,
      "Find out at the start, by a request or a few of one token each, which of the features below the endpoint refuses; those are switched off with a warning.",
    ),
    logprobs: booleanKey(undefined, 'The endpoint gives log-probabilities. Where unset: true, false for "groq".'),
    seed: booleanKey(undefined, "Equal seeds give equal samples. Where unset: true."),
    top_k: booleanKey(undefined, 'The endpoint knows `top_k`. Where unset: true, false for "groq".'),
    continuous_usage: booleanKey(
      undefined,
      'Ask for token counts in every event (`continuous_usage_stats` of vLLM and SGLang), so that those of cancelled samples are exact up to the last event. Where unset: true for "vllm", else false.',
    ),
    continue_from_prefix: booleanKey(
      undefined,
      'The endpoint continues a given assistant message (`continue_final_message` of vLLM and SGLang). Where unset: true for "vllm", else false.',
    ),
    prefix_trailing_space: booleanKey(
      undefined,
      "The endpoint's chat template leaves white space at the end of a continued message as it is; that of Llama 3, for one, does not, and searches step by step are told so. Where unset: found out by the probe, else true.",
    ),
    priority: booleanKey(
      undefined,
      'The endpoint schedules by `priority` (vLLM with `--scheduling-policy priority`). Where unset: true for "vllm", else false.',
    ),
    settle_usage: booleanKey(
      undefined,
      "After a sample was cancelled or lost, ask the endpoint what it has counted (`GET /chat/completions/ID`, the id given by `X-Request-Id`). Where unset: found out by the probe.",
    ),
    load_metrics: booleanKey(
      undefined,
      'Read how busy the endpoint is from its `/metrics` (names of vLLM, SGLang and llama.cpp). Where unset: true for "vllm", else false.',
    ),
  })
  .describe(
    "One model endpoint; NAME is 1 to 64 of a-z, 0-9, - and _, a letter first. Without any, the embedded model is used.",
  );

/** Names of backends. */
export const backendNamePattern = /^[a-z][a-z0-9_-]{0,63}$/;

/** One model endpoint, as configured. */
export type BackendConfig = z.output<typeof backendSection>;
