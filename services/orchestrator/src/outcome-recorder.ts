import { promisify } from "node:util";
import type { Difficulty, Outcome, Problem } from "@reckon/core";
import { runDetached } from "@reckon/rpc";
import type { Logger } from "@reckon/telemetry";

/** How a solve ended. */
export interface EndedSolve {
  readonly solveId: string;
  readonly problem: Problem;
  readonly difficulty: Difficulty;
  readonly outcome: Outcome;
}

/** Tells the difficulty service how solves ended, behind the client's back: it never waits for that, nor fails by it. */
export interface OutcomeRecorder {
  record(ended: EndedSolve): void;
  /** Waits for records that are on their way, at most `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

const afterThis = promisify(setImmediate);

/** A recorder over the call that records. */
export function createOutcomeRecorder(send: (ended: EndedSolve) => Promise<unknown>, logger: Logger): OutcomeRecorder {
  const pending = new Set<Promise<void>>();
  return {
    record(ended) {
      // Outside of the client's call: it may be over, its deadline near, its client gone. And after its answer is on the way.
      const sent = runDetached(() => afterThis().then(() => send(ended))).then(
        () => undefined,
        (err: unknown) => logger.warn({ err, solveId: ended.solveId }, "the outcome could not be recorded"),
      );
      pending.add(sent);
      void sent.then(() => pending.delete(sent));
    },
    async flush(timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all(pending), late]);
      clearTimeout(timer);
    },
  };
}
