import type { Capabilities, GenerateOptions, Plan, RoutingFacts } from "@reckon/core";
import type { LedgerKeeper, SampleAllowance } from "./ledger-keeper.ts";

/** Options of a generation call, with what each of its samples may cost: the limits that reservations rest on. */
export type CallOptions = GenerateOptions & { readonly maxTokens: number; readonly allowance: SampleAllowance };

/** A sample is not made smaller than this to let more of them run at once, or to let one be hedged. */
const LEAST_SHARE = 256;

/** Nor smaller than this part of what is left: a few whole chains are worth more than many that are cut. */
const FEWEST_SHARES = 4;

/** Hedging goes on until less than this part of the window can be reserved twice: slow samples cost more than narrow windows. */
const HEDGED_PART = 4;

/** What a call depends on. */
export interface CallFacts {
  readonly plan: Plan;
  readonly ledger: Pick<LedgerKeeper, "limited" | "totalsLimited" | "affordableTokens">;
  /** Whether the model's backend asks a second time for a sample that is slow to begin. */
  readonly hedges: boolean;
  readonly capabilities: Capabilities;
  readonly seed: number | undefined;
  readonly routing: RoutingFacts | undefined;
}

/**
 * The options of a call for the samples that a plan still wants. Under a limit each sample of the window gets an even part of
 * what is left, so that all of them together can never exceed it; where that is plenty, each may be hedged, else none.
 * Log-probabilities are asked for where the model has them.
 */
export function generateOptions(facts: CallFacts): CallOptions {
  const { plan, ledger, capabilities, seed, routing } = facts;
  const { attempts, maxTokens } = allowanceOf(facts);
  const limits: RoutingFacts = ledger.limited ? { hedge: attempts > 1, maxAttempts: attempts } : { hedge: true };
  return {
    model: plan.model,
    temperature: plan.temperature,
    topP: plan.topP,
    seed,
    maxTokens,
    logprobs: capabilities.logprobs,
    routing: { ...routing, ...limits },
    allowance: { maxTokens, attempts },
  };
}

function allowanceOf({ plan, ledger, hedges }: CallFacts): SampleAllowance {
  const { window, maxSampleTokens } = plan;
  if (!ledger.limited) return { maxTokens: maxSampleTokens, attempts: 1 };
  // A verifier reads about what the samples write.
  const places = plan.verificationRounds > 0 && ledger.totalsLimited ? 2 * window : window;
  if (hedges) {
    const twice = ledger.affordableTokens(2, Math.ceil(places / HEDGED_PART));
    if (twice >= Math.min(LEAST_SHARE, maxSampleTokens)) {
      return { maxTokens: Math.min(maxSampleTokens, twice), attempts: 2 };
    }
  }
  const share = Math.max(ledger.affordableTokens(1, Math.min(places, FEWEST_SHARES)), LEAST_SHARE);
  return { maxTokens: Math.max(1, Math.min(maxSampleTokens, share, ledger.affordableTokens(1, 1))), attempts: 1 };
}
