import { create } from "@bufbuild/protobuf";
import { type Backend, type Clock, ReckonError, type Verifier } from "@reckon/core";
import type { PlanningSettings } from "@reckon/planning";
import type { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import {
  CancelResponseSchema,
  type OrchestratorService,
  type SolveRequest,
  type SolveResponse,
  SolveResponseSchema,
} from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import {
  estimateFromProto,
  outcomeRecordToProto,
  problemToProto,
  type RpcClient,
  type ServiceImpl,
  solveBatchRequestFromProto,
  solveEventToProto,
  solveIdFromProto,
  solveRequestFromProto,
} from "@reckon/rpc";
import type { Logger } from "@reckon/telemetry";
import { createOutcomeRecorder, type EndedSolve } from "./outcome-recorder.ts";
import { solveBatch } from "./solve-batch.ts";
import { createSolver } from "./solver.ts";

/** What the orchestrator works with. */
export interface OrchestratorOptions {
  readonly difficulty: Pick<RpcClient<typeof DifficultyService>, "estimate" | "recordOutcome">;
  readonly thinker: Backend;
  readonly verifier: Verifier | undefined;
  readonly settings: PlanningSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The orchestrator: its handlers, and how it ends. */
export interface Orchestrator {
  readonly service: ServiceImpl<typeof OrchestratorService>;
  /** The one way into a solve, whichever door the request came through; runs as part of the call being served. */
  solve(request: SolveRequest): AsyncGenerator<SolveResponse, void, void>;
  /** Solves that run now. */
  liveSolves(): number;
  /** After `graceMs`, ends every solve that still runs with its best answer so far (`draining`). */
  drain(graceMs: number): void;
  /** Sends what is still to be recorded. */
  close(): Promise<void>;
}

const recordTimeoutMs = 5_000;

/** The orchestrator's service. Handlers throw `ReckonError`. */
export function createOrchestratorService(options: OrchestratorOptions): Orchestrator {
  const { difficulty, clock, logger } = options;
  const recorder = createOutcomeRecorder((ended) => sendRecord(difficulty, ended), logger);
  const solver = createSolver({
    thinker: options.thinker,
    verifier: options.verifier,
    settings: options.settings,
    clock,
    recorder,
    async estimator(problem, { timeoutMs }) {
      return estimateFromProto(await difficulty.estimate({ problem: problemToProto(problem) }, { timeoutMs }));
    },
  });
  const nowMs = () => clock.nowMs();

  async function* solve(request: SolveRequest): AsyncGenerator<SolveResponse, void, void> {
    const arrivedAtMs = nowMs();
    const { problem, overrides, omitThoughts } = solveRequestFromProto(request);
    let sequence = 0;
    for await (const event of solver.solve({ problem, overrides })) {
      if (omitThoughts && event.type === "thought-delta") continue;
      sequence += 1;
      yield create(SolveResponseSchema, { event: solveEventToProto(event, sequence, nowMs() - arrivedAtMs) });
    }
  }

  return {
    solve,
    liveSolves: () => solver.registry.live,
    drain: (graceMs) => solver.registry.drain(graceMs),
    async close() {
      solver.registry.close();
      await recorder.flush(recordTimeoutMs);
    },
    service: {
      solve,
      async *solveBatch(request) {
        yield* solveBatch(solveBatchRequestFromProto(request), solver, nowMs);
      },
      cancel(request) {
        solver.registry.cancel(solveIdFromProto(request.solveId));
        return create(CancelResponseSchema);
      },
      // biome-ignore lint/correctness/useYield: the contract is a stream; for now it only says that there is none.
      async *resume(request) {
        solveIdFromProto(request.solveId);
        throw new ReckonError(
          "unimplemented",
          "resume is not served yet: a stream that broke cannot be continued, solve the problem again",
        );
      },
    },
  };
}

function sendRecord(difficulty: OrchestratorOptions["difficulty"], { solveId, problem, ...ended }: EndedSolve) {
  const leader = ended.outcome.candidates[0];
  const record = outcomeRecordToProto({
    solveId,
    problem,
    difficulty: ended.difficulty.score,
    votesForAnswer: leader?.samples ?? 0,
    votes: ended.outcome.samplesVoted,
    confidence: ended.outcome.confidence,
    correct: undefined,
  });
  return difficulty.recordOutcome(record, { timeoutMs: recordTimeoutMs });
}
