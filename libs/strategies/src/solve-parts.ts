import { inferAnswerKind } from "@reckon/answers";
import { type AnswerKind, type AsyncQueue, questionOf, type SolveEvent } from "@reckon/core";
import {
  type ConfidenceOptions,
  classifyDomain,
  confidenceOptionsOf,
  defaultPlanningSettings,
  profileOf,
} from "@reckon/planning";
import { type Ballot, createBallot } from "./ballot.ts";
import { type Continuation, createContinuation } from "./continuation.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { createGenerationPool, type GenerationPool } from "./generation-pool.ts";
import { createLedgerKeeper, type LedgerKeeper } from "./ledger-keeper.ts";
import { createLostCalls, type LostCalls } from "./lost-calls.ts";
import type { Mail } from "./mail.ts";
import { createPlanDesk, type PlanDesk } from "./plan-desk.ts";
import { createPressureGauge, type PressureGauge } from "./pressure-gauge.ts";
import { promptTokenBound } from "./prompt-bound.ts";
import { createSampleBook, type SampleBook } from "./sample-book.ts";
import { createSampleDesk, type SampleDesk } from "./sample-desk.ts";
import { createSampleStarter, type SampleStarter } from "./sample-starter.ts";
import { defaultSolveTuning, type SolveInput, type SolvePorts, type SolveTuning } from "./solve-ports.ts";
import { createTimers, type Timers } from "./timers.ts";
import { createVerification, type Verification } from "./verification.ts";

/** A rubric and an opinion. */
export const DEFAULT_JUDGEMENT_TOKENS = 2_048;

/** What the loop of a solve tells its parts. */
export interface SolveHooks {
  readonly mail: AsyncQueue<Mail>;
  readonly emit: (event: SolveEvent) => void;
  readonly isThinking: () => boolean;
  /** A sample has ended or a vote was cast: time to decide anew. */
  readonly changed: () => void;
  /** There is no verifier to wait for any more. */
  readonly verifierGone: () => void;
}

/** Everything that one solve is made of. */
export interface SolveParts {
  readonly answerKind: AnswerKind;
  readonly tuning: SolveTuning;
  readonly confidence: ConfidenceOptions;
  readonly ledger: LedgerKeeper;
  readonly pool: GenerationPool;
  readonly ballot: Ballot;
  readonly book: SampleBook;
  readonly timers: Timers;
  readonly deadline: Deadline;
  readonly desk: SampleDesk;
  readonly starter: SampleStarter;
  readonly plans: PlanDesk;
  readonly gauge: PressureGauge;
  readonly continuation: Continuation;
  readonly faults: LostCalls;
  readonly verification: Verification;
}

/** Puts a solve together; nothing runs yet. */
export function createSolveParts(input: SolveInput, ports: SolvePorts, hooks: SolveHooks): SolveParts {
  const { problem } = input;
  const { mail, isThinking } = hooks;
  const settings = input.settings ?? defaultPlanningSettings;
  const tuning = { ...defaultSolveTuning, ...input.tuning };
  const profile = tuning.profile ?? profileOf(input.plan.model);
  const { aggregation } = profile.scoring;
  const question = questionOf(problem);
  const answerKind = input.answerKind ?? problem.answerKind ?? inferAnswerKind(question);
  const promptBound = promptTokenBound(problem, input.promptExtraBytes);
  const ledger = createLedgerKeeper({
    caps: input.caps ?? {},
    prices: input.prices,
    verifierUsdPerMillion: input.verifierUsdPerMillion,
    promptBound,
  });
  const plans = createPlanDesk(input.plan, hooks.emit);
  const pool = createGenerationPool(ports.thinker, problem, mail);
  const ballot = createBallot({
    ...{ kind: answerKind, question, scoring: profile.scoring },
    selection: () => plans.plan.selection,
  });
  const book = createSampleBook();
  const timers = createTimers(ports.clock, mail);
  const verification = createVerification({
    ...{ verifier: ports.verifier, problem, aggregation, mail, plans, ballot, isThinking },
    gone: hooks.verifierGone,
  });
  const desk = createSampleDesk({
    ...{ book, pool, ledger, ballot, timers, tuning, answerKind, promptBound, isThinking },
    verifiers: ports.verifier?.names ?? [],
    judgementTokens: input.judgementTokens ?? DEFAULT_JUDGEMENT_TOKENS,
    plan: () => plans.plan,
    judge: () => verification.judge,
    emit: hooks.emit,
    changed: hooks.changed,
    degraded: (detail) => plans.degrade(detail),
    verifierTooDear: () => verification.lose("the ledger has no room for the verifier: votes count alike"),
  });
  return {
    ...{ answerKind, tuning, ledger, plans, pool, ballot, book, timers, verification, desk },
    starter: createSampleStarter({ input, capabilities: ports.capabilities, plans, ledger, pool, book }),
    confidence: confidenceOptionsOf(input.difficulty, classifyDomain(question), profile),
    deadline: createDeadline(ports.clock, timers, ports.deadlineAtMs, tuning.deadlineMarginMs),
    gauge: createPressureGauge(ports.pressure),
    continuation: createContinuation(input, ports, settings),
    faults: createLostCalls(settings.maxRetries),
  };
}
