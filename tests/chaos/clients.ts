import { createReckon, type Outcome, type SolveOptions } from "@reckon/client";

/** How one solve of a client went. */
export interface SolveReport {
  readonly question: string;
  /** Ids that the client was told; more than one would be a problem that was solved twice. */
  readonly solveIds: ReadonlySet<string>;
  readonly outcome: Outcome | undefined;
  readonly error: unknown;
  /** Whether the sequence numbers rose by 1, whatever happened to the connection. */
  readonly isWhole: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Clients that solve one problem after the other, all different, until they are stopped. */
export interface Clients {
  readonly reports: readonly SolveReport[];
  /** Solves that have begun to think and have not ended. */
  readonly thinking: number;
  /** Waits until every solve that runs now has ended. */
  settled(): Promise<unknown>;
  /** The same, and begins no more. */
  stop(): Promise<void>;
}

/** Starts `count` clients. A solve may be out of reach for `patienceMs`. */
export function startClients(url: string, count: number, options: SolveOptions, patienceMs: number): Clients {
  const reckon = createReckon({ url });
  const reports: SolveReport[] = [];
  let asked = 0;
  let thinking = 0;
  let stopped = false;

  async function solveOne(): Promise<void> {
    asked += 1;
    const question = `What is 17 * 23? (question ${asked})`;
    const startedAtMs = performance.now();
    const solveIds = new Set<string>();
    let outcome: Outcome | undefined;
    let error: unknown;
    let last = 0;
    let isWhole = true;
    let begun = false;
    try {
      for await (const event of reckon.solve(question, { ...options, reconnect: { patienceMs } })) {
        isWhole &&= event.sequence === last + 1;
        last = event.sequence;
        if (event.type === "solve-started") solveIds.add(event.solveId);
        if (event.type === "thought-delta" && !begun) {
          begun = true;
          thinking += 1;
        }
        if (event.type === "solve-ended") outcome = event.outcome;
      }
    } catch (thrown) {
      error = thrown;
    }
    if (begun) thinking -= 1;
    reports.push({ question, solveIds, outcome, error, isWhole, startedAtMs, endedAtMs: performance.now() });
  }
  const running = new Set<Promise<void>>();
  const loops = Array.from({ length: count }, async () => {
    while (!stopped) {
      const solving = solveOne();
      running.add(solving);
      await solving;
      running.delete(solving);
    }
  });
  return {
    reports,
    get thinking() {
      return thinking;
    },
    settled: () => Promise.all([...running]),
    async stop() {
      stopped = true;
      await Promise.all(loops);
    },
  };
}
