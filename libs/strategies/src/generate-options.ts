import type { Capabilities, GenerateOptions, Plan } from "@reckon/core";

/** Options of a generation call, with the token limit that reservations rest on. */
export type CallOptions = GenerateOptions & { readonly maxTokens: number };

/** A sample is not made smaller than this to let more of them run at once. */
const LEAST_SHARE = 256;

/**
 * The options of a call for the samples that a plan still wants, while the ledger has `available` output tokens left
 * (`Infinity`: no limit). Under a tight ledger each sample of the window gets an even part of it, so that all of them
 * together can never exceed it. Log-probabilities are asked for where the model has them.
 */
export function generateOptions(
  plan: Plan,
  available: number,
  capabilities: Capabilities,
  seed: number | undefined,
): CallOptions {
  const share = Number.isFinite(available) ? Math.max(Math.floor(available / plan.window), LEAST_SHARE) : available;
  return {
    model: plan.model,
    temperature: plan.temperature,
    topP: plan.topP,
    seed,
    maxTokens: Math.max(1, Math.min(plan.maxSampleTokens, share, available)),
    logprobs: capabilities.logprobs,
  };
}
