import { randomUUID } from "node:crypto";
import type { Span } from "@opentelemetry/api";
import {
  type Backend,
  type Clock,
  type LedgerCaps,
  type Model,
  type Plan,
  type PlanOverrides,
  type Problem,
  ReckonError,
  type SolveEvent,
  type Verifier,
} from "@reckon/core";
import { type ModelProfile, makePlan, type PlanningSettings, profileOf as shippedProfileOf } from "@reckon/planning";
import { currentCall } from "@reckon/rpc";
import { solve as think } from "@reckon/strategies";
import { spanNames, withSpanStream } from "@reckon/telemetry";
import { type Admission, urgencies } from "./admission/admission.ts";
import { fallbackUnder } from "./admission/fallback-under.ts";
import { adviceFor, type Prospect, prospectOf } from "./batch/prospect.ts";
import { type Estimated, type Estimator, estimateOrPrior } from "./estimate.ts";
import type { SolveMemory } from "./insights/solve-memory.ts";
import { assertPrices, type SolveLimits, solveCaps } from "./ledger/solve-caps.ts";
import { createModelCatalogue } from "./model-catalogue.ts";
import type { OutcomeRecorder } from "./outcome-recorder.ts";
import { recordSolve } from "./records/record-solve.ts";
import type { SolveRecords } from "./records/solve-records.ts";
import { createSolveMetrics, describePlanOn } from "./solve-metrics.ts";
import { observeSolve } from "./solve-observer.ts";
import { createSolveRegistry, type SolveRegistry } from "./solve-registry.ts";
import { tenantOf } from "./tenants/tenant-of.ts";
import { estimateFromText, needsNoEstimate } from "./text-estimate.ts";
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
  readonly admission: Admission;
  readonly limits: SolveLimits;
  /** Default: nothing is recorded. */
  readonly records?: SolveRecords | undefined;
  /** Where ended solves are remembered for insights. Default: nowhere. */
  readonly memory?: SolveMemory;
  /** What is known of a model's samples. Default: what ships with Reckon. */
  readonly profileOf?: (model: string) => ModelProfile;
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
  /** P(right) that a thousand output tokens have to add for it to go on; for `adaptive` in a batch. Default: as the plan has it. */
  readonly tokenGain?: number | undefined;
  /** Where the problem's difficulty is known already. */
  readonly estimated?: Estimated | undefined;
  /** What was decided from outside, a sentence each: they stand before the plan's own reasons. */
  readonly reasons?: readonly string[];
  /** Waits where its tenant is at its limits; else it is refused. */
  readonly wait?: boolean;
}

/** Solves problems: estimate, plan, think; and knows what runs. */
export interface Solver {
  readonly registry: SolveRegistry;
  /**
   * Yields `solve-started` first and `solve-ended` last. Runs as part of the call being served: its deadline holds, and when
   * its client leaves, everything behind it is cancelled. Throws before the first event what makes a solve impossible:
   * `not-found` (model), `failed-precondition`, `invalid-argument`, `unavailable`, `resource-exhausted`.
   */
  solve(task: SolveTask): AsyncGenerator<SolveEvent, void, void>;
  /**
   * What samples of a problem would cost and bring; `undefined` where nobody knows: no curves of its model, or no such model (its solve will say so).
   */
  prospect(task: Pick<SolveTask, "problem" | "overrides">): Promise<Prospect | undefined>;
}

/** What was decided before a problem is thought about. */
interface Prepared {
  readonly estimated: Estimated;
  /** What was given up before thinking begins, a sentence each. */
  readonly degradations: readonly string[];
  readonly plan: Plan;
  readonly model: Model;
  readonly caps: LedgerCaps;
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
  const { clock, thinker, verifier, settings, recorder, admission, limits, memory, records } = options;
  const { profileOf = shippedProfileOf } = options;
  const catalogue = createModelCatalogue(thinker, clock);
  const registry = createSolveRegistry();
  const metrics = createSolveMetrics();

  async function prepare(
    { problem, overrides, caps: given, maxSamples = Infinity, tokenGain, reasons = [], ...task }: SolveTask,
    running: Running,
  ): Promise<Prepared> {
    const remainingMs = running.answerAtMs - clock.nowMs();
    const estimator = needsNoEstimate(overrides, problem) ? estimateFromText : options.estimator;
    const [estimated, model] = await Promise.all([
      task.estimated ?? estimateOrPrior(problem, overrides.difficulty, remainingMs, estimator),
      catalogue.find(overrides.model ?? ""),
    ]);
    const { difficulty } = estimated;
    const { capabilities } = model;
    const verifiers = verifier?.names ?? [];
    const caps = solveCaps({ overrides, caps: given, strategyCaps: limits.strategyCaps });
    assertPrices(caps, model);
    const fallback = fallbackUnder(admission.pressure(overrides.priority ?? "normal"), overrides, settings);
    const facts = { problem, overrides, estimated, model, settings, verifiers };
    const advice = adviceFor({ ...facts, caps, maxSamples, tokenGain });
    const plan = makePlan({
      ...{ problem, difficulty, settings, capabilities, verifiers, advice },
      overrides: fallback === undefined ? overrides : { ...overrides, strategy: fallback.strategy },
    });
    const degradations = [estimated.degradation, fallback?.detail].filter((sentence) => sentence !== undefined);
    const samples = Math.min(plan.samples, maxSamples);
    // A search has more continuations in flight than samples that it keeps.
    const window = plan.search ? plan.window : Math.min(plan.window, samples);
    return {
      ...{ estimated, degradations, model, caps },
      plan: { ...plan, samples, window, model: model.id, reasons: [...reasons, ...plan.reasons] },
    };
  }

  async function* run(task: SolveTask, running: Running, span: Span): AsyncGenerator<SolveEvent, void, void> {
    const { problem, overrides } = task;
    const { solveId, arrivedAtMs } = running;
    const { estimated, degradations, plan, model, caps } = await prepare(task, running);
    const { difficulty, answerKind } = estimated;
    describePlanOn(span, solveId, problem, plan, difficulty);
    const scores = plan.verificationRounds > 0 && verifier?.names.some((name) => name !== "checker") === true;
    const recording =
      records &&
      recordSolve({
        ...{ solveId, problem, difficulty, plan, withPrompts: records.withPrompts, version: records.version },
        signs: { score: scores, logprob: model.capabilities.logprobs },
        startedAt: new Date(),
      });
    const tenantId = tenantOf().id;
    const observer = observeSolve({
      ...{ span, metrics, clock, arrivedAtMs, plan, degradations },
      onEnd: (last, outcome) => memory?.add({ tenantId, solveId, problem, difficulty, plan: last, outcome }),
    });
    const traced = traceSamples(thinker, verifier);
    const { priority = "normal" } = overrides;
    const input = { solveId, problem, plan, difficulty, answerKind, overrides, settings, caps };
    const events = think(
      {
        ...input,
        seed: overrides.seed,
        maxSamples: task.maxSamples,
        prices: model.prices,
        hedges: model.hedges,
        promptExtraBytes: limits.promptExtraBytes,
        verifierUsdPerMillion: limits.verifierUsdPerMillion,
        judgementTokens: limits.judgementTokens,
        tuning: { profile: profileOf(plan.model) },
        routing: {
          affinityKey: solveId,
          tenant: tenantId,
          difficulty: difficulty.score,
          priority: urgencies[priority],
        },
      },
      {
        thinker: traced.thinker,
        verifier: traced.verifier,
        clock,
        signal: running.signal,
        deadlineAtMs: running.answerAtMs,
        capabilities: model.capabilities,
        pressure: () => admission.pressure(priority),
      },
    );
    try {
      for await (const event of events) {
        traced.event(event);
        observer.event(event);
        recording?.event(event);
        if (event.type === "solve-ended") {
          const outcome = observer.complete(event.outcome);
          if (recording !== undefined) records?.append(recording.complete(outcome));
          // Where nobody voted there is nothing to learn.
          if (outcome.samplesVoted > 0) recorder.record({ solveId, problem, difficulty, outcome });
          yield { type: "solve-ended", outcome };
          continue;
        }
        yield event;
        if (event.type !== "solve-started") continue;
        for (const detail of degradations) yield { type: "plan-changed", reason: "degraded", detail, plan };
      }
    } finally {
      traced.close();
    }
  }

  /** Runs a solve once its turn has come. */
  async function* admitted(task: SolveTask, running: Running, span: Span): AsyncGenerator<SolveEvent, void, void> {
    const { priority = "normal" } = task.overrides;
    const ended = await metrics.admit(span, priority, () =>
      admission.enter({
        ...{ priority, signal: running.signal, deadlineAtMs: running.answerAtMs },
        patient: task.wait === true,
      }),
    );
    try {
      yield* run(task, running, span);
    } finally {
      ended();
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
    const timeoutMs = Math.min(task.overrides.timeoutMs ?? Infinity, task.caps?.maxWallMs ?? Infinity);
    const limit = answerAtMs(arrivedAtMs, timeoutMs, call?.deadlineAtMs);
    const running = { solveId, signal, arrivedAtMs, answerAtMs: limit };
    metrics.started();
    try {
      yield* withSpanStream(spanNames.solve, {}, (span) => admitted(task, running, span));
    } finally {
      call?.signal.removeEventListener("abort", leave);
      remove();
      metrics.gone();
    }
  }

  async function prospect({
    problem,
    overrides,
  }: Pick<SolveTask, "problem" | "overrides">): Promise<Prospect | undefined> {
    try {
      const model = await catalogue.find(overrides.model ?? "");
      const estimator = needsNoEstimate(overrides, problem) ? estimateFromText : options.estimator;
      const estimated = await estimateOrPrior(problem, overrides.difficulty, Infinity, estimator);
      return prospectOf({ problem, overrides, estimated, model, settings, verifiers: verifier?.names ?? [] });
    } catch (thrown) {
      if (ReckonError.from(thrown).code === "not-found" || ReckonError.from(thrown).code === "unavailable")
        return undefined;
      throw thrown;
    }
  }
  return { registry, solve, prospect };
}
