import { ReckonError } from "@reckon/core";

/** Why a solve is ended from outside; the reasons that `solve` of @reckon/strategies knows. */
export type EndReason = "cancelled" | "draining";

/** The solves that run now, by id. */
export interface SolveRegistry {
  /** Solves that run now. */
  readonly live: number;
  /** Solves that were ever added. */
  readonly begun: number;
  /** Adds a solve; its signal aborts with the reason when it is to end with its best answer so far. */
  add(solveId: string, tenantId: string): RegisteredSolve;
  /** Ends one solve; throws `not-found` for an id that is not running, or that is another tenant's: nobody learns of those. */
  cancel(solveId: string, tenantId: string): void;
  /** Ends one solve, whoever it belongs to; false for an id that is not running. */
  end(solveId: string, reason: EndReason): boolean;
  /** Ends all solves that run then, and those that come later, after `graceMs`. Only the first call counts. */
  drain(graceMs: number): void;
  /** Lets go of timers. */
  close(): void;
}

/** A solve in the registry. */
export interface RegisteredSolve {
  readonly signal: AbortSignal;
  /** Ends it. */
  end(reason: EndReason): void;
  /** It has ended. */
  remove(): void;
}

/** An empty registry. */
export function createSolveRegistry(): SolveRegistry {
  const solves = new Map<string, { readonly controller: AbortController; readonly tenantId: string }>();
  let drainTimer: NodeJS.Timeout | undefined;
  let drained = false;
  let begun = 0;
  return {
    get begun() {
      return begun;
    },
    get live() {
      return solves.size;
    },
    add(solveId, tenantId) {
      const controller = new AbortController();
      begun += 1;
      solves.set(solveId, { controller, tenantId });
      if (drained) controller.abort("draining" satisfies EndReason);
      return {
        signal: controller.signal,
        end: (reason) => controller.abort(reason),
        remove: () => void solves.delete(solveId),
      };
    },
    cancel(solveId, tenantId) {
      const solve = solves.get(solveId);
      if (solve?.tenantId !== tenantId)
        throw new ReckonError("not-found", `no solve ${JSON.stringify(solveId)} is running`);
      solve.controller.abort("cancelled" satisfies EndReason);
    },
    end(solveId, reason) {
      const entry = solves.get(solveId);
      entry?.controller.abort(reason);
      return entry !== undefined;
    },
    drain(graceMs) {
      drainTimer ??= setTimeout(() => {
        drained = true;
        for (const { controller } of solves.values()) controller.abort("draining" satisfies EndReason);
      }, graceMs);
      drainTimer.unref();
    },
    close: () => clearTimeout(drainTimer),
  };
}
