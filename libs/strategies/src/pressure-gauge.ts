import type { Plan } from "@reckon/core";
import { type Pressure, pressures, type Relief, relieve } from "@reckon/planning";

/** What pressure has done to the plan of one solve. */
export interface PressureGauge {
  /** Whether the plan has been cut down. */
  readonly isRelieved: boolean;
  /** What the plan becomes where pressure has risen since it was read last; what was cut is not given back. */
  read(plan: Plan): Relief | undefined;
}

/** A gauge over the present pressure; without one nothing is ever cut. */
export function createPressureGauge(present?: () => Pressure): PressureGauge {
  let worst: Pressure = "none";
  let full: Plan | undefined;
  return {
    get isRelieved() {
      return worst !== "none";
    },
    read(plan) {
      const now = present?.() ?? "none";
      if (pressures.indexOf(now) <= pressures.indexOf(worst)) return undefined;
      worst = now;
      full ??= plan;
      const relief = relieve(full, now);
      // Rounds of verification that were lost for another reason stay lost.
      const rounds = Math.min(plan.verificationRounds, relief?.plan.verificationRounds ?? 0);
      if (relief === undefined) return undefined;
      const selection = rounds === 0 ? plan.selection : relief.plan.selection;
      return { ...relief, plan: { ...relief.plan, verificationRounds: rounds, selection } };
    },
  };
}
