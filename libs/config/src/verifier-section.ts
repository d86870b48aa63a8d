import { z } from "zod";
import { backendNamePattern } from "./backend-section.ts";
import { choiceKey, integerKey, listKey, numberKey, textKey } from "./config-key.ts";
import { isPlainHttpUrl } from "./process-sections.ts";

const usdPerMillion = { min: 0, max: 1_000_000, unit: "US dollars" };
const modelId = {
  accepts: "a model id of 1 to 256 characters",
  test: (value: string) => value.length > 0 && value.length <= 256,
};

/** `[verifier]`: who checks thoughts. */
export const verifierSection = z
  .object({
    verifiers: listKey(
      ["prm", "checker", "judge"],
      ["prm", "checker"],
      'Who checks steps and answers: "prm" is the process reward model, "checker" the program that computes arithmetic and inserts solutions into equations, "judge" a model that grades whole samples (needs `judge_backend`).',
    ),
    prm_url: textKey(
      undefined,
      'Base URL of a server with vLLM\'s `/pooling`, for example "http://localhost:8001", whose process reward model takes the place of the embedded one.',
      { accepts: "an http or https URL without credentials", test: isPlainHttpUrl, secretive: true },
    ),
    prm_model: textKey(undefined, "Model to ask for at `prm_url`; the server's only one where unset.", modelId),
    prm_api_key_env: textKey(undefined, "Name of the environment variable that holds the API key of `prm_url`.", {
      accepts: "the name of an environment variable",
      test: (value) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(value),
      secretive: true,
    }),
    prm_step_marker: textKey("<extra_0>", "Text that the process reward model expects after every step.", {
      accepts: "text of 1 to 64 characters",
      test: (value) => value.length > 0 && value.length <= 64,
    }),
    prm_instruction: textKey(
      "Please reason step by step, and put your final answer within \\boxed{}.",
      "System message of the process reward model; empty for none.",
      { accepts: "text of at most 16384 characters", test: (value) => value.length <= 16_384 },
    ),
    prm_context_length: integerKey(4_096, "Context of the process reward model; the oldest steps make room.", {
      min: 64,
      max: 10_000_000,
      unit: "tokens",
    }),
    prm_max_parallel: integerKey(16, "Requests to `prm_url` at once; more wait.", { min: 1, max: 4_096 }),
    prm_timeout: numberKey(10, "The longest wait for a score, retries included; then it abstains.", {
      above: 0,
      max: 300,
      unit: "seconds",
    }),
    prm_aggregation: choiceKey(
      ["min", "last", "product", "mean"],
      undefined,
      'How step scores become the score of a sample. Where unset: as the embedded model says, "min" for `prm_url`.',
    ),
    judge_backend: textKey(
      undefined,
      "Name of the backend (`[backends.NAME]`, not an embedded one) whose model judges.",
      {
        accepts: "the name of a backend",
        test: (value) => backendNamePattern.test(value),
      },
    ),
    judge_model: textKey(undefined, "Model that judges; the default one of `judge_backend` where unset.", modelId),
    judge_rubric: textKey(
      undefined,
      "What the judge's grades from 0 to 10 mean, a line each. Where unset: Reckon's own.",
      {
        accepts: "text of at most 16384 characters",
        test: (value) => value.length <= 16_384,
      },
    ),
    judge_max_tokens: integerKey(1_024, "The most tokens of one judgement.", { min: 16, max: 100_000 }),
    judge_timeout: numberKey(30, "The longest wait for a judgement, retries included; then it abstains.", {
      above: 0,
      max: 300,
      unit: "seconds",
    }),
    judge_price_prompt: numberKey(undefined, "Price of a million prompt tokens of the judge.", usdPerMillion),
    judge_price_output: numberKey(undefined, "Price of a million output tokens of the judge.", usdPerMillion),
  })
  .describe("Who checks thoughts.");

/** `[verifier]`, as configured. */
export type VerifierConfig = z.output<typeof verifierSection>;
