import type { Outcome, SolveEvent } from "@reckon/core";
import { searchMethodOf } from "./search/search-methods.ts";
import { SearchRun } from "./search/search-run.ts";
import type { SolveInput, SolvePorts } from "./solve-ports.ts";
import { SolveRun } from "./solve-run.ts";

/**
 * Solves a problem by its plan: yields `solve-started` first and exactly one `solve-ended` last, and returns the outcome.
 * Samples fill a bounded window over one generation call; their steps go to the verifier as they end; answers become votes,
 * votes a confidence, and the plan's stop rule ends it, cancelling what is in flight and waiting for its exact usage. The
 * deadline, a dry ledger and an aborted signal end it with the best answer so far; a sample that fails costs one vote.
 * Methods that search step by step build their samples under a verifier's eyes instead, a sample being a path (`search/`).
 * Throws, before the first event, what opening the backend throws. Leaving the generator early frees everything.
 */
export async function* solve(input: SolveInput, ports: SolvePorts): AsyncGenerator<SolveEvent, Outcome> {
  const method = searchMethodOf(input.plan);
  const run = method === undefined ? new SolveRun(input, ports) : new SearchRun(input, ports, method);
  try {
    await run.open();
    const { solveId, difficulty, plan } = input;
    yield { type: "solve-started", solveId, difficulty, plan, answerKind: run.answerKind };
    run.begin();
    const mail = run.mail[Symbol.asyncIterator]();
    for (;;) {
      while (run.outbox.length > 0) yield run.outbox.shift() as SolveEvent;
      if (run.phase === "ended") break;
      const next = await mail.next();
      if (next.done) break;
      run.handle(next.value);
    }
    const outcome = run.outcome();
    yield { type: "solve-ended", outcome };
    return outcome;
  } finally {
    run.close();
  }
}
