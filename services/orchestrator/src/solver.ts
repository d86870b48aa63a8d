import { randomUUID } from "node:crypto";
import type { Backend, Clock, Outcome, Plan, PlanOverrides, Problem, SolveEvent, Verifier } from "@reckon/core";
import { makePlan, type PlanningSettings } from "@reckon/planning";
import { currentCall } from "@reckon/rpc";
import { solve as think } from "@reckon/strategies";
import { spanNames, withSpanStream } from "@reckon/telemetry";
import { type Estimated, type Estimator, estimateOrPrior } from "./estimate.ts";
import { createModelCatalogue } from "./model-catalogue.ts";
import type { OutcomeRecorder } from "./outcome-recorder.ts";
import { createSilence } from "./silence.ts";
import { createSolveMetrics, describeOutcomeOn, describePlanOn } from "./solve-metrics.ts";
import { createSolveRegistry, type SolveRegistry } from "./solve-registry.ts";
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
  /** Limit on output tokens from outside (a batch's ledger), beside the client's own. */
  readonly maxOutputTokens?: number;
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

/** A solver over its services. */
export function createSolver(options: SolverOptions): Solver {
  const { clock, thinker, verifier, settings, recorder } = options;
  const catalogue = createModelCatalogue(thinker, clock);
  const registry = createSolveRegistry();
  const metrics = createSolveMetrics();

  async function prepare(
    { problem, overrides }: SolveTask,
    endsAtMs: number,
  ): Promise<{ estimated: Estimated; plan: Plan }> {
    const remaining = endsAtMs - clock.nowMs();
    const [estimated, model] = await Promise.all([
      estimateOrPrior(problem, overrides.difficulty, remaining, options.estimator),
      catalogue.find(overrides.model ?? ""),
    ]);
    const { difficulty } = estimated;
    const { capabilities } = model;
    const verifiers = verifier?.names ?? [];
    const plan = makePlan({ problem, difficulty, overrides, settings, capabilities, verifiers });
    return { estimated, plan: { ...plan, model: model.id } };
  }

  async function* solve(task: SolveTask): AsyncGenerator<SolveEvent, void, void> {
    const arrivedAtMs = clock.nowMs();
    const call = currentCall();
    const solveId = randomUUID();
    const entry = registry.add(solveId);
    const leave = () => entry.end("cancelled");
    if (call?.signal.aborted) leave();
    call?.signal.addEventListener("abort", leave, { once: true });
    metrics.started();
    try {
      yield* withSpanStream(spanNames.solve, {}, async function* (span) {
        const { problem, overrides } = task;
        const ownEndMs = arrivedAtMs + (overrides.timeoutMs ?? Number.POSITIVE_INFINITY);
        const endsAtMs = Math.min(answerableUntil(call?.deadlineAtMs, arrivedAtMs), ownEndMs);
        const { estimated, plan } = await prepare(task, endsAtMs);
        describePlanOn(span, solveId, problem, plan, estimated.difficulty);
        const model = await catalogue.find(plan.model);
        const traced = traceSamples(thinker, verifier);
        const input = {
          solveId,
          problem,
          plan,
          overrides,
          settings,
          difficulty: estimated.difficulty,
          answerKind: estimated.answerKind,
          seed: overrides.seed,
          maxOutputTokens: smaller(overrides.maxOutputTokens, task.maxOutputTokens),
        };
        const ports = {
          thinker: traced.thinker,
          verifier: traced.verifier,
          clock,
          signal: entry.signal,
          deadlineAtMs: endsAtMs,
          capabilities: model.capabilities,
        };
        const silence = createSilence();
        let thought = false;
        try {
          for await (const event of think(input, ports)) {
            traced.event(event);
            if (event.type === "thought-delta" && !thought) {
              thought = true;
              metrics.firstThought(clock.nowMs() - arrivedAtMs);
            }
            if (event.type === "sample-started") metrics.sampleStarted();
            if (event.type === "sample-ended") metrics.sampleEnded(event.reason);
            if (event.type === "plan-changed") metrics.planChanged(event.reason);
            if (event.type === "step-scored") silence.hear(event.verdicts);
            if (event.type !== "solve-ended") {
              yield event;
              if (event.type === "solve-started" && estimated.degradation !== undefined) {
                yield { type: "plan-changed", reason: "degraded", detail: estimated.degradation, plan };
              }
              continue;
            }
            const outcome = completed(
              event.outcome,
              [estimated.degradation, silence.sentence()],
              clock.nowMs() - arrivedAtMs,
            );
            describeOutcomeOn(span, outcome);
            metrics.ended(plan, outcome);
            recorder.record({ solveId, problem, difficulty: estimated.difficulty, outcome });
            yield { type: "solve-ended", outcome };
          }
        } finally {
          traced.close();
        }
      });
    } finally {
      call?.signal.removeEventListener("abort", leave);
      entry.remove();
      metrics.gone();
    }
  }
  return { registry, solve };
}

function completed(outcome: Outcome, more: readonly (string | undefined)[], latencyMs: number): Outcome {
  const degradations = [...more.filter((sentence) => sentence !== undefined), ...outcome.degradations];
  return { ...outcome, latencyMs, degradations };
}

/**
 * When the last event must be on its way for a client that waits until `deadlineAtMs`: its clock began to run before the
 * request arrived, and the answer travels too. A tenth of the time, at most a quarter of a second.
 */
function answerableUntil(deadlineAtMs: number | undefined, arrivedAtMs: number): number {
  if (deadlineAtMs === undefined) return Number.POSITIVE_INFINITY;
  return deadlineAtMs - Math.min(250, Math.max(0, deadlineAtMs - arrivedAtMs) / 10);
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
