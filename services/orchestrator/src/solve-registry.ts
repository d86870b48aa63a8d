import { ReckonError } from "@reckon/core";

/** Why a solve is ended from outside; the reasons that `solve` of @reckon/strategies knows. */
export type EndReason = "cancelled" | "draining";

/** The solves that run now, by id. */
export interface SolveRegistry {
  /** Solves that run now. */
  readonly live: number;
  /** Adds a solve; its signal aborts with the reason when it is to end with its best answer so far. */
  add(solveId: string): RegisteredSolve;
  /** Ends one solve; throws `not-found` for an id that is not running. */
  cancel(solveId: string): void;
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
  const solves = new Map<string, AbortController>();
  let drainTimer: NodeJS.Timeout | undefined;
  let drained = false;
  return {
    get live() {
      return solves.size;
    },
    add(solveId) {
      const controller = new AbortController();
      solves.set(solveId, controller);
      if (drained) controller.abort("draining" satisfies EndReason);
      return {
        signal: controller.signal,
        end: (reason) => controller.abort(reason),
        remove: () => void solves.delete(solveId),
      };
    },
    cancel(solveId) {
      const controller = solves.get(solveId);
      if (controller === undefined)
        throw new ReckonError("not-found", `no solve ${JSON.stringify(solveId)} is running`);
      controller.abort("cancelled" satisfies EndReason);
    },
    drain(graceMs) {
      drainTimer ??= setTimeout(() => {
        drained = true;
        for (const controller of solves.values()) controller.abort("draining" satisfies EndReason);
      }, graceMs);
      drainTimer.unref();
    },
    close: () => clearTimeout(drainTimer),
  };
}
