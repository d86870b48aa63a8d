import type { Plan, SolveEvent } from "@reckon/core";

/** The plan of one solve as it stands, and what was given up on the way. */
export interface PlanDesk {
  readonly plan: Plan;
  /** One sentence each. */
  readonly degradations: readonly string[];
  /** More thinking from here on. */
  escalate(plan: Plan): void;
  /** Less thinking, or another way; the plan stays as it is where none is given. */
  degrade(detail: string, plan?: Plan): void;
  /** Something was lost that does not change the plan. */
  note(detail: string): void;
}

/** Creates the desk; each change of the plan is an event. */
export function createPlanDesk(initial: Plan, emit: (event: SolveEvent) => void): PlanDesk {
  const degradations: string[] = [];
  let plan = initial;
  return {
    get plan() {
      return plan;
    },
    degradations,
    escalate(next) {
      plan = next;
      emit({ type: "plan-changed", reason: "escalated", detail: next.reasons[0] ?? "", plan });
    },
    degrade(detail, next = plan) {
      plan = next;
      degradations.push(detail);
      emit({ type: "plan-changed", reason: "degraded", detail, plan });
    },
    note(detail) {
      degradations.push(detail);
    },
  };
}
