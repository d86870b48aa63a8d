import { z } from "zod";
import { backendNamePattern, backendSection } from "./backend-section.ts";
import { booleanKey, choiceKey, integerKey, numberKey, textKey, textsKey } from "./config-key.ts";
import { isPlainHttpUrl } from "./process-sections.ts";

const usdPerMillion = { min: 0, max: 1_000_000, unit: "US dollars" };
const share = { min: 0, max: 1 };

/** `[pools.NAME]`: replicas of one model on one kind of accelerator. Beside its own keys it has those of a backend. */
export const poolSection = backendSection
  .omit({ url: true })
  .extend({
    endpoints: textsKey(undefined, "Base URLs of the replicas; they serve the same model.", {
      accepts: "http or https URLs without credentials",
      test: isPlainHttpUrl,
      secretive: true,
    }),
    dns: textKey(
      undefined,
      'Instead of `endpoints`: a base URL whose host name stands for one replica an address, for example "http://vllm-headless:8000/v1"; looked up again every `dns_refresh`.',
      { accepts: "an http or https URL without credentials", test: isPlainHttpUrl, secretive: true },
    ),
    dns_refresh: numberKey(10, "How often `dns` is looked up.", { above: 0, max: 3_600, unit: "seconds" }),
    accelerator: textKey(undefined, 'What it runs on, for example "gpu", "tpu" or "lpu"; told with its models.', {
      accepts: "1 to 64 characters",
      test: (value) => value.length > 0 && value.length <= 64,
    }),
    architecture: choiceKey(
      ["transformer", "mamba"],
      "transformer",
      "How its model is built; prompts longer than `routing.mamba_threshold` go to pools that are `mamba`, where there are any.",
    ),
    price_prompt: numberKey(
      undefined,
      "Price of a million prompt tokens. Where unset, costs are unknown.",
      usdPerMillion,
    ),
    price_cached_prompt: numberKey(
      undefined,
      "Price of a million prompt tokens that the endpoint had in its cache; `price_prompt` where unset.",
      usdPerMillion,
    ),
    price_output: numberKey(
      undefined,
      "Price of a million output tokens. Where unset, costs are unknown.",
      usdPerMillion,
    ),
    weight: numberKey(
      1,
      "Its share of the work among pools of the same price; 0: only where a request or another pool's `fallback` names it.",
      { min: 0, max: 1_000 },
    ),
    min_difficulty: numberKey(0, "Problems that are easier go to other pools, where there are any.", share),
    max_difficulty: numberKey(1, "Problems that are harder go to other pools, where there are any.", share),
    fallback: textsKey(undefined, "Pools or backends that take over, in this order, where this one cannot.", {
      accepts: "names of pools or backends",
      test: (value) => backendNamePattern.test(value),
    }),
    hedge: booleanKey(
      false,
      "Ask a second replica where the first token is slow; the faster one counts, both are paid for. Only for requests whose budget has room for it.",
    ),
    requests_per_minute: integerKey(
      undefined,
      "Limit of the account, all replicas together. Rate-limit headers of responses correct it, or tell it where it is unset.",
      { min: 1, max: 10_000_000 },
    ),
    tokens_per_minute: integerKey(undefined, "As `requests_per_minute`, for prompt and output tokens.", {
      min: 1,
      max: 10_000_000_000,
    }),
  })
  .describe(
    "Replicas of one model on one kind of accelerator; NAME is as for `[backends.NAME]`, which is a pool of one replica. `max_parallel` is for each replica.",
  );

/** One pool, as configured. */
export type PoolConfig = z.output<typeof poolSection>;

/** `[routing]`: where samples are sent, and what happens when that fails. */
export const routingSection = z
  .object({
    mamba_threshold: integerKey(
      8_192,
      'Prompts longer than this go to pools whose architecture is "mamba", where there are any.',
      { min: 1, max: 100_000_000, unit: "tokens" },
    ),
    affinity: booleanKey(
      true,
      "Send the samples of one solve to one replica while it has room: they share its prefill.",
    ),
    affinity_bound: numberKey(1.25, "The most load of a replica, as a multiple of the mean of its pool.", {
      above: 1,
      max: 100,
    }),
    affinity_room: integerKey(
      8,
      "Up to this many samples a replica has room, whatever the mean; a solve begins where there is room for so many at once.",
      {
        min: 0,
        max: 65_536,
      },
    ),
    max_retries: integerKey(
      2,
      "Retries of one sample: before its first token, or, where the model continues from a prefix, from where it broke.",
      { min: 0, max: 15 },
    ),
    retry_base: numberKey(0.25, "The longest wait before the first retry; it doubles with each one.", {
      min: 0,
      max: 60,
      unit: "seconds",
    }),
    retry_max: numberKey(8, "The longest wait before any retry, unless the endpoint asks for more.", {
      min: 0,
      max: 600,
      unit: "seconds",
    }),
    breaker_failures: integerKey(10, "Failures in a row after which a replica is left alone.", { min: 1, max: 1_000 }),
    breaker_timeout: numberKey(30, "A replica that gives no first token within this time has failed.", {
      above: 0,
      max: 600,
      unit: "seconds",
    }),
    breaker_recovery: numberKey(60, "How long a replica is left alone before one sample tries it again.", {
      above: 0,
      max: 3_600,
      unit: "seconds",
    }),
    hedge_quantile: numberKey(
      0.95,
      "A first token is slow when it takes longer than for this share of recent samples.",
      {
        above: 0,
        max: 0.999,
      },
    ),
    hedge_min_delay: numberKey(0.05, "A first token that comes sooner is never slow.", {
      min: 0,
      max: 60,
      unit: "seconds",
    }),
    hedge_max_share: numberKey(0.1, "The most second requests, as a share of all samples of a pool.", share),
    cache_entries: integerKey(
      0,
      "Samples to keep for requests that are equal in everything, the seed (or temperature 0), the index and the tenant included; 0: none.",
      { min: 0, max: 1_000_000 },
    ),
    cache_ttl: numberKey(300, "How long a sample is kept.", { above: 0, max: 86_400, unit: "seconds" }),
    max_queued_samples: integerKey(
      10_000,
      "Samples that may wait for a replica of one pool; beyond it the least urgent are refused.",
      { min: 1, max: 10_000_000 },
    ),
  })
  .describe("Where samples are sent, and what happens when that fails.");
