import { type FaultEndpoint, type FaultKind, type FaultPlan, type FaultRule, faultForms } from "./fault-plan.ts";
import { uniform } from "./uniform.ts";

/** The fault of one request, with everything drawn. */
export interface Fault {
  readonly kind: FaultKind;
  readonly retryAfterMs: number | undefined;
  /** `undefined`: until the client gives up. */
  readonly delayMs: number | undefined;
  readonly afterTokens: number;
  /** One of `faultForms` of its kind, or empty. */
  readonly form: string;
}

/** Which request has which fault. */
export interface FaultSchedule {
  /** Counts a request that has arrived and tells its fault. */
  next(endpoint: FaultEndpoint): Fault | undefined;
}

const defaultAfterTokens: readonly [number, number] = [1, 20];
const defaultSlowMs = 10_000;

/**
 * Creates a schedule. Request i of an endpoint has the fault of the first rule that names i, else of the rule in whose share
 * of [0, 1) the number drawn from the seed and i falls: equal seeds and orders of arrival give equal faults.
 */
export function createFaultSchedule(plan: FaultPlan): FaultSchedule {
  const arrived: Record<FaultEndpoint, number> = { chat: 0, pooling: 0 };
  return {
    next(endpoint) {
      const index = arrived[endpoint]++;
      const rules = plan.faults.filter((rule) => rule.endpoint === endpoint);
      const rule = rules.find((one) => one.requests?.includes(index)) ?? byShare(rules, uniform(plan.seed, index, 0));
      return rule && drawn(rule, plan.seed, index);
    },
  };
}

function byShare(rules: readonly FaultRule[], at: number): FaultRule | undefined {
  let end = 0;
  return rules.find((rule) => {
    end += rule.rate ?? 0;
    return at < end;
  });
}

function drawn(rule: FaultRule, seed: number, index: number): Fault {
  const { kind, after_tokens = defaultAfterTokens } = rule;
  const [least, most] = typeof after_tokens === "number" ? [after_tokens, after_tokens] : after_tokens;
  const forms: readonly string[] = kind in faultForms ? faultForms[kind as keyof typeof faultForms] : [""];
  const form = rule.form ?? (forms[Math.floor(uniform(seed, index, 2) * forms.length)] as string);
  return {
    kind,
    retryAfterMs: rule.retry_after_ms,
    delayMs: rule.delay_ms ?? (kind === "slow-first-byte" ? defaultSlowMs : undefined),
    afterTokens: least + Math.floor(uniform(seed, index, 1) * (most - least + 1)),
    form,
  };
}
