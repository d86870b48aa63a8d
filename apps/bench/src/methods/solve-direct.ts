import {
  type Backend,
  type Outcome,
  outputTokensOf,
  problemFromPrompt,
  systemClock,
  type Verifier,
} from "@reckon/core";
import { estimateDifficulty, makePlan } from "@reckon/planning";
import { solve } from "@reckon/strategies";
import { isRight, type TestProblem } from "../problems.ts";
import type { MethodCase } from "./method-cases.ts";

/** How one solve went. */
export interface MethodRun {
  readonly id: string;
  readonly band: string;
  readonly correct: boolean;
  readonly confidence: number | undefined;
  readonly outputTokens: number;
  /** Prompt tokens that were computed, prefixes of steps included; `undefined` where it was replayed from records. */
  readonly promptTokens: number | undefined;
  readonly verifierTokens: number | undefined;
  /** Calls of the model: samples, or the continuations of a search. */
  readonly calls: number;
  readonly samples: number;
  readonly votes: number;
  readonly degradations: readonly string[];
}

/** What solves run on, in this process. */
export interface DirectPorts {
  readonly thinker: Backend;
  readonly verifier: Verifier;
}

/** Solves a problem by the real plan and strategies, over an engine in this process. Throws where there is no outcome. */
export async function solveDirect(
  { overrides, verified = true }: MethodCase,
  size: number,
  problem: TestProblem,
  seed: number,
  ports: DirectPorts,
): Promise<MethodRun> {
  const asked = problemFromPrompt(problem.prompt, problem.answerKind);
  const [model] = await ports.thinker.listModels();
  if (model === undefined) throw new Error("the engine serves no model");
  const { difficulty } = estimateDifficulty(asked);
  const verifier = verified ? ports.verifier : undefined;
  const wanted = { ...overrides(size), seed };
  const { capabilities } = model;
  const plan = makePlan({
    ...{ problem: asked, difficulty, overrides: wanted, capabilities },
    verifiers: verifier?.names ?? [],
  });
  const events = solve(
    {
      ...{ solveId: problem.id, problem: asked, difficulty, overrides: wanted, seed },
      plan: { ...plan, model: model.id },
      answerKind: problem.answerKind,
      // Many problems share the machine here: a verdict that is late is no sign of a verifier that is gone.
      tuning: { verdictTimeoutMs: 300_000, lateVerdictMs: 300_000 },
    },
    {
      ...{ thinker: ports.thinker, verifier, clock: systemClock, capabilities },
      signal: new AbortController().signal,
      deadlineAtMs: Number.POSITIVE_INFINITY,
    },
  );
  let outcome: Outcome | undefined;
  for await (const event of events) if (event.type === "solve-ended") outcome = event.outcome;
  if (outcome === undefined) throw new Error(`the solve of ${problem.id} ended without an outcome`);
  const { ledger, answer } = outcome;
  return {
    id: problem.id,
    band: problem.band,
    correct: isRight(answer, problem),
    confidence: outcome.confidence?.value,
    outputTokens: outputTokensOf(ledger),
    promptTokens: ledger.promptTokens,
    verifierTokens: ledger.verifierTokens,
    calls: ledger.calls,
    samples: outcome.samplesStarted,
    votes: outcome.samplesVoted,
    degradations: outcome.degradations,
  };
}
