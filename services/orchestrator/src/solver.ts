import { randomUUID } from "node:crypto";
import type { Span } from "@opentelemetry/api";
import type {
  Backend,
  Clock,
  LedgerCaps,
  Model,
  Plan,
  PlanOverrides,
  Problem,
  SolveEvent,
  Verifier,
} from "@reckon/core";
import { makePlan, type PlanningSettings } from "@reckon/planning";
import { currentCall } from "@reckon/rpc";
import { solve as think } from "@reckon/strategies";
import { spanNames, withSpanStream } from "@reckon/telemetry";
import { type Estimated, type Estimator, estimateOrPrior } from "./estimate.ts";
import { createModelCatalogue } from "./model-catalogue.ts";
import type { OutcomeRecorder } from "./outcome-recorder.ts";
import { createSolveMetrics, describePlanOn } from "./solve-metrics.ts";
import { observeSolve } from "./solve-observer.ts";
import { createSolveRegistry, type SolveRegistry } from "./solve-registry.ts";
import { tenantOf } from "./tenants/tenant-of.ts";
import { answerAtMs } from "./time-limits.ts";
import { traceSamples } from "./traced-ports.ts";

/** What a solver works with. */
export interface SolverOptions {
  readonly estimator: Estimator;
  readonly thinker: Backend;
  readonly verifier: Verifier | undefined;
  readonly recorder: OutcomeRecorder;
  readonly settings: PlanningSettings;
  readonly clock: Clock;
}

/** One problem to solve. */
export interface SolveTask {
  readonly problem: Problem;
  readonly overrides: PlanOverrides;
  /** Id of the solve. Default: a new one. */
  readonly solveId?: string;
  /** Hard limits from outside (a batch's account, a tenant), beside the client's own. */
  readonly caps?: LedgerCaps;
  /** N at most, whatever the plan would have; absent: no limit. */
  readonly maxSamples?: number | undefined;
  /** Waits where its tenant is at its limits; else it is refused. */
  readonly wait?: boolean;
}

/** Solves problems: estimate, plan, think; and knows what runs. */
export interface Solver {
  readonly registry: SolveRegistry;
  /**
   * Yields `solve-started` first and `solve-ended` last. Runs as part of the call being served: its deadline holds, and when
   * its client leaves, everything behind it is cancelled. Throws before the first event what makes a solve impossible:
   * `not-found` (model), `failed-precondition`, `invalid-argument`, `unavailable`.
   */
  solve(task: SolveTask): AsyncGenerator<SolveEvent, void, void>;
}

/** What was decided before a problem is thought about. */
interface Prepared {
  readonly estimated: Estimated;
  readonly plan: Plan;
  readonly model: Model;
}

/** A solve that is being run: its id, its entry in the registry, its times. */
interface Running {
  readonly solveId: string;
  readonly signal: AbortSignal;
  readonly arrivedAtMs: number;
  readonly answerAtMs: number;
}

/** A solver over its services. */
export function createSolver(options: SolverOptions): Solver {
  const { clock, thinker, verifier, settings, recorder } = options;
  const catalogue = createModelCatalogue(thinker, clock);
  const registry = createSolveRegistry();
  const metrics = createSolveMetrics();

  async function prepare(
    { problem, overrides, maxSamples = Infinity }: SolveTask,
    running: Running,
  ): Promise<Prepared> {
    const remainingMs = running.answerAtMs - clock.nowMs();
    const [estimated, model] = await Promise.all([
      estimateOrPrior(problem, overrides.difficulty, remainingMs, options.estimator),
      catalogue.find(overrides.model ?? ""),
    ]);
    const { difficulty } = estimated;
    const { capabilities } = model;
    const verifiers = verifier?.names ?? [];
    const plan = makePlan({ problem, difficulty, overrides, settings, capabilities, verifiers });
    const samples = Math.min(plan.samples, maxSamples);
    const window = Math.min(plan.window, samples);
    return { estimated, model, plan: { ...plan, samples, window, model: model.id } };
  }

  async function* run(task: SolveTask, running: Running, span: Span): AsyncGenerator<SolveEvent, void, void> {
    const { problem, overrides } = task;
    const { solveId, arrivedAtMs } = running;
    const { estimated, plan, model } = await prepare(task, running);
    const { difficulty, answerKind, degradation } = estimated;
    describePlanOn(span, solveId, problem, plan, difficulty);
    const observer = observeSolve({ span, metrics, clock, arrivedAtMs, plan, degradation });
    const traced = traceSamples(thinker, verifier);
    const maxOutputTokens = smaller(overrides.maxOutputTokens, task.caps?.maxOutputTokens);
    const input = { solveId, problem, plan, difficulty, answerKind, overrides, settings, maxOutputTokens };
    const events = think(
      { ...input, seed: overrides.seed },
      {
        thinker: traced.thinker,
        verifier: traced.verifier,
        clock,
        signal: running.signal,
        deadlineAtMs: running.answerAtMs,
        capabilities: model.capabilities,
      },
    );
    try {
      for await (const event of events) {
        traced.event(event);
        observer.event(event);
        if (event.type === "solve-ended") {
          const outcome = observer.complete(event.outcome);
          recorder.record({ solveId, problem, difficulty, outcome });
          yield { type: "solve-ended", outcome };
          continue;
        }
        yield event;
        if (event.type === "solve-started" && degradation !== undefined) {
          yield { type: "plan-changed", reason: "degraded", detail: degradation, plan };
        }
      }
    } finally {
      traced.close();
    }
  }

  async function* solve(task: SolveTask): AsyncGenerator<SolveEvent, void, void> {
    const arrivedAtMs = clock.nowMs();
    const call = currentCall();
    const solveId = task.solveId ?? randomUUID();
    const { signal, end, remove } = registry.add(solveId, tenantOf().id);
    const leave = () => end("cancelled");
    if (call?.signal.aborted) leave();
    call?.signal.addEventListener("abort", leave, { once: true });
    const limit = answerAtMs(arrivedAtMs, task.overrides.timeoutMs, call?.deadlineAtMs);
    metrics.started();
    try {
      yield* withSpanStream(spanNames.solve, {}, (span) =>
        run(task, { solveId, signal, arrivedAtMs, answerAtMs: limit }, span),
      );
    } finally {
      call?.signal.removeEventListener("abort", leave);
      remove();
      metrics.gone();
    }
  }
  return { registry, solve };
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
