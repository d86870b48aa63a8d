import { limits, tenantIdPattern } from "@reckon/core";
import { z } from "zod";
import { choiceKey, integerKey, numberKey, textsKey } from "./config-key.ts";

/** `[tenants.NAME]`: what one tenant may do. */
export const tenantSection = z
  .object({
    key_hashes: textsKey(
      undefined,
      "API keys, hashed, as `reckon keys hash` prints them; beside those of `auth.keys_file`.",
      {
        accepts: 'hashes such as "sha256:" and 64 hexadecimal digits',
        test: (value) => /^sha256:[0-9a-f]{64}$/.test(value),
        // Somebody may have pasted the key itself.
        secretive: true,
      },
    ),
    max_samples: integerKey(undefined, "N, the most samples of one solve.", limits.samples),
    max_output_tokens: integerKey(undefined, "The most output tokens of one request, cancelled ones included.", {
      ...limits.maxOutputTokens,
      unit: "tokens",
    }),
    max_calls: integerKey(undefined, "The most model calls of one request.", { min: 1, max: 1_000_000 }),
    max_cost: numberKey(undefined, "The most that one request may cost.", {
      above: 0,
      max: 1_000_000,
      unit: "US dollars",
    }),
    max_time: numberKey(undefined, "The longest that one request may take.", {
      above: 0,
      max: limits.timeoutMs.max / 1000,
      unit: "seconds",
    }),
    max_concurrent: integerKey(undefined, "Solves that run at once; those of batches wait, others are refused.", {
      min: 1,
      max: 1_000_000,
    }),
    solves_per_minute: integerKey(
      undefined,
      "Solves that may begin within a minute; those of batches wait, others are refused.",
      { min: 1, max: 1_000_000 },
    ),
    daily_output_tokens: integerKey(undefined, "The most output tokens within a UTC day.", {
      min: 1,
      max: 1_000_000_000_000,
      unit: "tokens",
    }),
    daily_cost: numberKey(undefined, "The most that a UTC day may cost.", {
      above: 0,
      max: 1_000_000_000,
      unit: "US dollars",
    }),
    max_priority: choiceKey(
      ["low", "normal", "high"],
      undefined,
      "The highest priority that its requests may ask for.",
    ),
  })
  .describe(
    "What one tenant may do; NAME is 1 to 64 of a-z, 0-9, - and _, a letter or digit first. `[tenants.default]` holds for tenants without a section of their own. An unset key is no limit.",
  );

/** Names of tenants. */
export const tenantNamePattern = tenantIdPattern;

/** What one tenant may do, as configured. */
export type TenantConfig = z.output<typeof tenantSection>;
