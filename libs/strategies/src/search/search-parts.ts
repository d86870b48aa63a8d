import { type AnswerKind, type AsyncQueue, questionOf, type SampleRoute, type SolveEvent } from "@reckon/core";
import {
  type ConfidenceOptions,
  classifyDomain,
  confidenceOptionsOf,
  defaultPlanningSettings,
  profileOf,
} from "@reckon/planning";
import { createPrng, type Prng } from "@reckon/stats";
import { type Ballot, createBallot } from "../ballot.ts";
import { createDeadline, type Deadline } from "../deadline.ts";
import { createLedgerKeeper, type LedgerKeeper } from "../ledger-keeper.ts";
import { createLostCalls, type LostCalls } from "../lost-calls.ts";
import type { Mail } from "../mail.ts";
import { createPlanDesk, type PlanDesk } from "../plan-desk.ts";
import { createPressureGauge, type PressureGauge } from "../pressure-gauge.ts";
import { promptTokenBound } from "../prompt-bound.ts";
import { DEFAULT_JUDGEMENT_TOKENS } from "../solve-parts.ts";
import { defaultSolveTuning, type SolveInput, type SolvePorts, type SolveTuning } from "../solve-ports.ts";
import { createTimers, type Timers } from "../timers.ts";
import { createVerification, type Verification } from "../verification.ts";
import { createPathDesk, type PathDesk } from "./path-desk.ts";
import { createSegments, type Segments } from "./segments.ts";
import { createQuestions, type Questions } from "./verifier-questions.ts";
import { createWarmth, type Warmth } from "./warmth.ts";

/** What the life of a search tells its parts. */
export interface SearchHooks {
  readonly mail: AsyncQueue<Mail>;
  readonly emit: (event: SolveEvent) => void;
  readonly isThinking: () => boolean;
  readonly assertThinking: () => void;
  readonly voted: () => void;
  readonly dry: () => void;
  readonly routed: (route: SampleRoute) => void;
}

/** Everything that one search is made of. */
export interface SearchParts {
  readonly tuning: SolveTuning;
  readonly confidence: ConfidenceOptions;
  readonly ledger: LedgerKeeper;
  readonly faults: LostCalls;
  readonly timers: Timers;
  readonly deadline: Deadline;
  readonly plans: PlanDesk;
  readonly gauge: PressureGauge;
  readonly ballot: Ballot;
  readonly verification: Verification;
  readonly questions: Questions;
  readonly segments: Segments;
  readonly desk: PathDesk;
  readonly warmth: Warmth;
  readonly random: Prng;
}

/** Puts a search together; nothing runs yet. */
export function createSearchParts(
  input: SolveInput,
  ports: SolvePorts,
  answerKind: AnswerKind,
  hooks: SearchHooks,
): SearchParts {
  const { problem, plan: initial, difficulty } = input;
  const { mail, emit, isThinking, assertThinking } = hooks;
  const settings = input.settings ?? defaultPlanningSettings;
  const tuning = { ...defaultSolveTuning, ...input.tuning };
  const profile = tuning.profile ?? profileOf(initial.model);
  const { scoring } = profile;
  // What a path has said so far is part of the prompt of what comes next.
  const promptBound = promptTokenBound(problem, input.promptExtraBytes) + initial.maxSampleTokens;
  const ledger = createLedgerKeeper({
    ...{ caps: input.caps ?? {}, prices: input.prices, promptBound },
    verifierUsdPerMillion: input.verifierUsdPerMillion,
  });
  const faults = createLostCalls(settings.maxRetries);
  const timers = createTimers(ports.clock, mail);
  const plans = createPlanDesk(initial, emit);
  const plan = () => plans.plan;
  const question = questionOf(problem);
  const ballot = createBallot({ kind: answerKind, question, scoring, selection: () => plan().selection });
  const verification = createVerification({
    ...{ verifier: ports.verifier, problem, aggregation: scoring.aggregation, mail, plans, ballot, isThinking },
    gone: () => questions.releaseAll(),
  });
  const questions = createQuestions({
    ...{ verification, ledger, timers, promptBound, verifiers: ports.verifier?.names ?? [] },
    judgementTokens: input.judgementTokens ?? DEFAULT_JUDGEMENT_TOKENS,
    verdictTimeoutMs: tuning.verdictTimeoutMs,
  });
  const hedging = ledger.limited ? { hedge: false, maxAttempts: 1 } : { hedge: true };
  const segments = createSegments({
    ...{ thinker: ports.thinker, problem, mail, ledger, faults, plan, assertThinking, onRoute: hooks.routed },
    options: {
      ...{ model: initial.model, topP: initial.topP, seed: input.seed, maxTokens: initial.maxSampleTokens },
      ...{ logprobs: ports.capabilities.logprobs, routing: { ...input.routing, ...hedging } },
    },
    onDelta: (path, event) => desk.onDelta(path, event),
  });
  const desk = createPathDesk({
    ...{ problem, answerKind, profile, segments, questions, verification, ledger, ballot, plan },
    ...{ isThinking, assertThinking, emit, voted: hooks.voted, dry: hooks.dry },
  });
  return {
    ...{ tuning, ledger, faults, timers, plans, ballot, verification, questions, segments, desk },
    confidence: confidenceOptionsOf(difficulty, classifyDomain(question), profile),
    deadline: createDeadline(ports.clock, timers, ports.deadlineAtMs, tuning.deadlineMarginMs),
    gauge: createPressureGauge(ports.pressure),
    warmth: createWarmth(input.overrides?.temperature === undefined),
    random: createPrng(input.seed ?? Math.floor(Math.random() * 2 ** 32)),
  };
}
