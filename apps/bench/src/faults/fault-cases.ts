import { type FaultKind, type FaultPlanInput, faultKinds } from "@reckon/service-model-server";

/** One row of the fault table: what the model server does wrong. */
export interface FaultCase {
  readonly name: string;
  readonly plan: FaultPlanInput;
}

type Rule = NonNullable<FaultPlanInput["faults"]>[number];

/** Shorter than any patience of the services would let a bench take hours; longer than what is configured for it. */
const slowMs = 8_000;
const retryAfterMs = 250;

const details: Partial<Record<FaultKind, Partial<Rule>>> = { "slow-first-byte": { delay_ms: slowMs } };

/** No fault, each fault alone at `rate` of the requests, and all of them together at `rate` in sum. */
export function faultCases(rate: number, seed: number): FaultCase[] {
  const rules: readonly (Rule & { readonly name: string })[] = [
    { name: "429", kind: "rate-limited" },
    { name: "429 with Retry-After", kind: "rate-limited", retry_after_ms: retryAfterMs },
    ...faultKinds
      .filter((kind) => kind !== "rate-limited")
      .map((kind) => ({ name: kind.replaceAll("-", " "), kind, ...details[kind] })),
  ];
  const planOf = (all: typeof rules, share: number): FaultPlanInput => ({
    seed,
    faults: all.map(({ name: _, ...rule }) => ({ ...rule, rate: share })),
  });
  return [
    { name: "none", plan: { seed } },
    ...rules.map((rule) => ({ name: rule.name, plan: planOf([rule], rate) })),
    { name: "all together", plan: planOf(rules, rate / rules.length) },
  ];
}
