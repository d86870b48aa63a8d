import { emptyLedger, type LedgerSnapshot, tightestCaps } from "@reckon/core";
import { currentCall } from "@reckon/rpc";
import type { Solver } from "../solver.ts";
import type { TenantGate } from "./tenant-gate.ts";
import { tenantOf } from "./tenant-of.ts";

const never = new AbortController().signal;

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** A solver whose solves first pass their tenant's gate, run within its caps and are charged to it. */
export function gateSolver(solver: Solver, gate: TenantGate): Solver {
  return {
    registry: solver.registry,
    prospect: (task) => solver.prospect(task),
    async *solve(task) {
      const { overrides, wait = false } = task;
      const entry = await gate.enter(tenantOf(), { overrides, wait, signal: currentCall()?.signal ?? never });
      let spent: LedgerSnapshot = emptyLedger();
      try {
        const events = solver.solve({
          ...task,
          overrides: entry.priority === undefined ? overrides : { ...overrides, priority: entry.priority },
          caps: tightestCaps(task.caps, entry.caps),
          maxSamples: least(task.maxSamples, entry.maxSamples),
        });
        for await (const event of events) {
          if (event.type === "confidence-changed") spent = event.ledger;
          if (event.type === "solve-ended") spent = event.outcome.ledger;
          yield event;
        }
      } finally {
        entry.leave(spent);
      }
    },
  };
}
