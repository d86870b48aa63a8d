import type { Plan } from "@reckon/core";

/** How hard it is to serve everybody: nobody waits; some wait; more wait than can be served soon. */
export type Pressure = "none" | "high" | "severe";

/** Pressures, the least first. */
export const pressures: readonly Pressure[] = ["none", "high", "severe"];

const DIVISORS: Record<Pressure, number> = { none: 1, high: 2, severe: 4 };

/** A plan cut down under pressure. */
export interface Relief {
  readonly plan: Plan;
  /** What was cut and why, in a sentence. */
  readonly detail: string;
}

/**
 * What a plan becomes under pressure; `undefined` where there is nothing to cut. `high` halves N and K, `severe` leaves a
 * quarter of them and verifies nothing any more: votes count alike. At least one sample stays. N and K are what a plan may
 * spend at most, so those that a client fixed are cut too.
 */
export function relieve(plan: Plan, pressure: Pressure): Relief | undefined {
  if (pressure === "none") return undefined;
  const cut = (count: number) => Math.max(1, Math.ceil(count / DIVISORS[pressure]));
  const samples = cut(plan.samples);
  const window = Math.min(samples, cut(plan.window));
  const unverified = pressure === "severe" && plan.verificationRounds > 0;
  if (samples === plan.samples && window === plan.window && !unverified) return undefined;
  const cuts = [
    ...(samples < plan.samples ? [`at most ${samples} samples instead of ${plan.samples}`] : []),
    ...(window < plan.window ? [`${window} at once instead of ${plan.window}`] : []),
    ...(unverified ? ["no verification"] : []),
  ];
  const detail = `pressure is ${pressure}: ${cuts.join(", ")}`;
  return {
    detail,
    plan: {
      ...plan,
      samples,
      window,
      ...(unverified && { verificationRounds: 0, selection: "majority" as const }),
      reasons: [detail, ...plan.reasons],
    },
  };
}
