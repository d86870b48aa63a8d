import { create } from "@bufbuild/protobuf";
import { type Backend, type Clock, ReckonError, type Verifier } from "@reckon/core";
import { type ModelProfile, type PlanningSettings, pressures } from "@reckon/planning";
import type { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import type { InsightsService } from "@reckon/proto/reckon/insights/v1/insights";
import {
  CancelResponseSchema,
  type OrchestratorService,
  ResumeResponseSchema,
  type SolveRequest,
  type SolveResponse,
  SolveResponseSchema,
} from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import {
  cancelTargetFromProto,
  estimateFromProto,
  idempotencyKeyFromProto,
  outcomeRecordToProto,
  problemToProto,
  type RpcClient,
  resumeRequestFromProto,
  type ServiceImpl,
  solveBatchRequestFromProto,
  solveRequestFromProto,
} from "@reckon/rpc";
import type { TenantMeter } from "@reckon/store";
import { type Logger, observeAdmission } from "@reckon/telemetry";
import { type AdmissionSettings, createAdmission, defaultAdmissionSettings } from "./admission/admission.ts";
import { solveBatch } from "./batch/solve-batch.ts";
import { createInsightsDesk } from "./insights/insights-service.ts";
import { createSolveMemory } from "./insights/solve-memory.ts";
import { noSolveLimits, type SolveLimits } from "./ledger/solve-caps.ts";
import { createOutcomeRecorder, type EndedSolve } from "./outcome-recorder.ts";
import type { SolveRecords } from "./records/solve-records.ts";
import { createSessions, defaultSessionSettings, type SessionSettings } from "./sessions/create-sessions.ts";
import { fingerprintOf } from "./sessions/fingerprint.ts";
import { createSolver } from "./solver.ts";
import { gateSolver } from "./tenants/gate-solver.ts";
import { createMemoryTenantMeter } from "./tenants/memory-tenant-meter.ts";
import { createTenantGate } from "./tenants/tenant-gate.ts";
import { tenantOf } from "./tenants/tenant-of.ts";

/** What the orchestrator works with. */
export interface OrchestratorOptions {
  readonly difficulty: Pick<RpcClient<typeof DifficultyService>, "estimate" | "recordOutcome">;
  readonly thinker: Backend;
  readonly verifier: Verifier | undefined;
  readonly settings: PlanningSettings;
  /** Default: `defaultAdmissionSettings`. */
  readonly admission?: AdmissionSettings;
  /** Default: none but those of the request. */
  readonly limits?: SolveLimits;
  /** Default: in memory. */
  readonly sessions?: SessionSettings;
  /** Counts what tenants do. Default: in this process. */
  readonly meter?: TenantMeter;
  /** Default: nothing is recorded. */
  readonly records?: SolveRecords | undefined;
  /** What is known of a model's samples. Default: what ships with Reckon. */
  readonly profileOf?: (model: string) => ModelProfile;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The orchestrator: its handlers, and how it ends. */
export interface Orchestrator {
  readonly service: ServiceImpl<typeof OrchestratorService>;
  readonly insights: ServiceImpl<typeof InsightsService>;
  /** The one way into a solve, whichever door the request came through; runs as part of the call being served. */
  solve(request: SolveRequest): AsyncGenerator<SolveResponse, void, void>;
  /** Solves that run now. */
  liveSolves(): number;
  /** Solves that were ever begun. */
  begunSolves(): number;
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
  const admission = createAdmission(options.admission ?? defaultAdmissionSettings, clock, options.thinker);
  const unobserve = observeAdmission(() => ({
    waiting: admission.waiting,
    pressure: pressures.indexOf(admission.pressure("normal")),
  }));
  const memory = createSolveMemory();
  const insights = createInsightsDesk({
    memory,
    load: () => ({ queueDepth: admission.waiting, thinking: admission.thinking }),
  });
  const ungated = createSolver({
    admission,
    memory,
    ...(options.profileOf && { profileOf: options.profileOf }),
    limits: options.limits ?? noSolveLimits,
    thinker: options.thinker,
    verifier: options.verifier,
    settings: options.settings,
    records: options.records,
    clock,
    recorder,
    async estimator(problem, { timeoutMs }) {
      return estimateFromProto(await difficulty.estimate({ problem: problemToProto(problem) }, { timeoutMs }));
    },
  });
  const solver = gateSolver(ungated, createTenantGate(options.meter ?? createMemoryTenantMeter(clock), clock));
  const nowMs = () => clock.nowMs();

  const sessions = createSessions({
    settings: options.sessions ?? defaultSessionSettings,
    end: (solveId, reason) => solver.registry.end(solveId, reason),
    clock,
    logger,
  });

  async function* solve(request: SolveRequest): AsyncGenerator<SolveResponse, void, void> {
    const { problem, overrides, omitThoughts } = solveRequestFromProto(request);
    const idempotencyKey = idempotencyKeyFromProto(request.idempotencyKey);
    const events = sessions.solve({
      tenantId: tenantOf().id,
      idempotencyKey,
      // Only a key can name the same solve twice.
      fingerprint: idempotencyKey === undefined ? "" : fingerprintOf(request),
      omitThoughts,
      solve: (solveId) => solver.solve({ problem, overrides, solveId }),
    });
    for await (const event of events) yield create(SolveResponseSchema, { event });
  }

  return {
    solve,
    liveSolves: () => solver.registry.live,
    begunSolves: () => solver.registry.begun,
    drain: (graceMs) => solver.registry.drain(graceMs),
    async close() {
      await sessions.close();
      solver.registry.close();
      admission.close();
      unobserve();
      insights.close();
      await Promise.all([recorder.flush(recordTimeoutMs), options.records?.close()]);
    },
    insights: insights.service,
    service: {
      solve,
      async *solveBatch(request) {
        yield* solveBatch(solveBatchRequestFromProto(request), solver, nowMs);
      },
      async cancel(request) {
        const target = cancelTargetFromProto(request);
        const tenantId = tenantOf().id;
        if (!(await sessions.cancel(tenantId, target))) {
          // What has no session is a problem of a batch.
          if ("key" in target) throw new ReckonError("not-found", "no solve with this idempotency key is running");
          solver.registry.cancel(target.solveId, tenantId);
        }
        return create(CancelResponseSchema);
      },
      async *resume(request) {
        const { solveId, afterSequence } = resumeRequestFromProto(request);
        const events = sessions.resume(tenantOf().id, solveId, afterSequence);
        for await (const event of events) yield create(ResumeResponseSchema, { event });
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
