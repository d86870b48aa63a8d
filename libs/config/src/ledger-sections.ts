import { limits } from "@reckon/core";
import { z } from "zod";
import { booleanKey, integerKey, numberKey } from "./config-key.ts";

const calls = (strategy: string) =>
  integerKey(
    undefined,
    `The most model calls of a solve that asks for ${strategy}: samples, hedges, retries, judgements.`,
    limits.maxCalls,
  );
const tokens = (strategy: string) =>
  integerKey(undefined, `The most tokens of such a solve: prompts, output in whatever role, verifiers (${strategy}).`, {
    ...limits.maxTotalTokens,
    unit: "tokens",
  });
const cost = (strategy: string) =>
  numberKey(undefined, `The most that such a solve may cost; needs models with a price (${strategy}).`, {
    above: limits.maxCostUsd.min,
    max: limits.maxCostUsd.max,
    unit: "US dollars",
  });

/** `[ledger]`: hard limits of a solve by its strategy. */
export const ledgerSection = z
  .object({
    fast_max_calls: calls("fast"),
    fast_max_tokens: tokens("fast"),
    fast_max_cost: cost("fast"),
    balanced_max_calls: calls("balanced"),
    balanced_max_tokens: tokens("balanced"),
    balanced_max_cost: cost("balanced"),
    comprehensive_max_calls: calls("comprehensive"),
    comprehensive_max_tokens: tokens("comprehensive"),
    comprehensive_max_cost: cost("comprehensive"),
    adaptive_max_calls: calls("adaptive"),
    adaptive_max_tokens: tokens("adaptive"),
    adaptive_max_cost: cost("adaptive"),
  })
  .describe(
    "Hard limits of one solve, by the strategy it asks for; none where unset. A request may set lower ones. Where a limit is reached, the best answer so far is the answer.",
  );

/** `[admission]`: how many solves think at once, and what happens to the others. */
export const admissionSection = z
  .object({
    max_solves: integerKey(1_024, "Solves that think at once in one orchestrator; more wait, the most urgent first.", {
      min: 1,
      max: 1_000_000,
    }),
    max_queue_depth: integerKey(
      100,
      "Solves that wait at most. Beyond that the least urgent one is refused: RESOURCE_EXHAUSTED, with the time after which to try again.",
      { min: 0, max: 1_000_000 },
    ),
    degrade: booleanKey(
      true,
      "Where solves wait, or samples at the models, spend less on each: N and K first, then verification, then a cheaper strategy.",
    ),
  })
  .describe("How many solves think at once, and what happens to the others.");
