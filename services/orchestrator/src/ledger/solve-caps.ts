import type { Config } from "@reckon/config";
import { type LedgerCaps, type Model, type PlanOverrides, ReckonError, tightestCaps } from "@reckon/core";
import { noStrategyCaps, type StrategyCaps, strategyCapsOf } from "./strategy-caps.ts";

/** What the operator says of limits and of what counts against them. */
export interface SolveLimits {
  readonly strategyCaps: StrategyCaps;
  /** Bytes that a backend may add to a prompt: the longest instruction. */
  readonly promptExtraBytes: number;
  /** What a million tokens of the verifier cost at most; 0 for one of the house. */
  readonly verifierUsdPerMillion: number;
  /** The most tokens of a judgement by a model, its rubric included. */
  readonly judgementTokens: number;
}

/** Of a rubric, amply. */
const rubricTokens = 1_024;

/** No limits. */
export const noSolveLimits: SolveLimits = {
  strategyCaps: noStrategyCaps,
  promptExtraBytes: 0,
  verifierUsdPerMillion: 0,
  judgementTokens: 2 * rubricTokens,
};

/** The limits of a configuration. */
export function solveLimitsOf(config: Config): SolveLimits {
  const { backends, pools, verifier } = config;
  const instructions = [...Object.values(backends), ...Object.values(pools)].map(({ instruction }) => instruction);
  const { judge_price_prompt: promptUsd = 0, judge_price_output: outputUsd = 0 } = verifier;
  return {
    strategyCaps: strategyCapsOf(config),
    promptExtraBytes: Math.max(0, ...instructions.map((text) => Buffer.byteLength(text))),
    verifierUsdPerMillion: Math.max(promptUsd, outputUsd),
    judgementTokens: rubricTokens + verifier.judge_max_tokens,
  };
}

/** What a solve's limits come from. */
export interface SolveCapsInput {
  readonly overrides: PlanOverrides;
  /** From outside: a batch's account, a tenant. */
  readonly caps: LedgerCaps | undefined;
  readonly strategyCaps: StrategyCaps;
}

/**
 * The hard limits of one solve: the smallest of the client's, those of its strategy and those from outside. Its strategy is
 * the one that it asks for: an escalation does not raise them.
 */
export function solveCaps({ overrides, caps, strategyCaps }: SolveCapsInput): LedgerCaps {
  const { maxCalls, maxOutputTokens, maxTotalTokens, maxCostUsd } = overrides;
  const asked = { maxCalls, maxOutputTokens, maxTotalTokens, maxCostUsd };
  return tightestCaps(asked, caps, strategyCaps[overrides.strategy ?? "adaptive"]);
}

/** Throws `failed-precondition` where a limit on costs could not be kept, since the model has no price. */
export function assertPrices(caps: LedgerCaps, model: Model): void {
  if (caps.maxCostUsd === undefined || model.prices !== undefined) return;
  throw new ReckonError(
    "failed-precondition",
    `options.max_cost_usd: the limit of ${caps.maxCostUsd} US dollars cannot be kept, model ${JSON.stringify(model.id)} has no price`,
  );
}
