import type { Duration } from "@bufbuild/protobuf/wkt";
import type { EstimateResponse } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import type { Model as ModelMessage } from "@reckon/proto/reckon/model/v1/model";
import type { Difficulty as DifficultyMessage } from "@reckon/proto/reckon/types/v1/difficulty";
import type {
  Confidence as ConfidenceMessage,
  Ledger as LedgerMessage,
  Outcome as OutcomeMessage,
  Verdict as VerdictMessage,
} from "@reckon/proto/reckon/types/v1/outcome";
import type { Plan as PlanMessage, SearchPlan as SearchPlanMessage } from "@reckon/proto/reckon/types/v1/plan";
import type { SampleUsage as UsageMessage } from "@reckon/proto/reckon/types/v1/sample";
import { answerKinds, confidenceKinds, methods, selections, stopReasons, strategies } from "./enums.ts";
import type {
  Confidence,
  Difficulty,
  Estimate,
  Ledger,
  Model,
  Outcome,
  Plan,
  SampleUsage,
  SearchPlan,
  Verdict,
} from "./values.ts";

/** A duration in milliseconds; 0 where the wire has none. */
export function durationToMs(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

/** The text, or `undefined` where the wire has an empty one. */
export function textOf(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** A difficulty; one that the message lacks has a score of NaN and no signals. */
export function difficultyFromProto(message: DifficultyMessage | undefined): Difficulty {
  return {
    score: message?.score ?? Number.NaN,
    signals: (message?.signals ?? []).map(({ name, value, weight, detail }) => ({ name, value, weight, detail })),
    priorAlpha: message?.priorAlpha ?? Number.NaN,
    priorBeta: message?.priorBeta ?? Number.NaN,
    historyCount: message?.historyCount ?? 0,
    learnedOutcomes: message?.learnedOutcomes ?? 0,
    trainedQuestions: message?.trainedQuestions ?? 0,
    overridden: message?.overridden ?? false,
  };
}

/** What the difficulty service said of a problem. */
export function estimateFromProto(message: EstimateResponse): Estimate {
  return {
    difficulty: difficultyFromProto(message.difficulty),
    domain: message.domain,
    answerKind: answerKinds.nameOf(message.answerKind),
  };
}

/** A plan; words that are newer than this SDK are `undefined`. */
export function planFromProto(message: PlanMessage): Plan {
  const { stopRule } = message;
  return {
    strategy: strategies.nameOf(message.strategy),
    method: methods.nameOf(message.method),
    selection: selections.nameOf(message.selection),
    samples: message.samples,
    window: message.window,
    windowFixed: message.windowFixed,
    minSteps: message.minSteps,
    maxSteps: message.maxSteps,
    maxSampleTokens: message.maxSampleTokens,
    verificationRounds: message.verificationRounds,
    stopRule: stopRule && { name: stopRule.name, threshold: stopRule.threshold, minVotes: stopRule.minVotes },
    timeoutMs: durationToMs(message.timeout),
    temperature: message.temperature,
    topP: message.topP,
    model: message.model,
    reasons: message.reasons,
    ...(message.search && { search: searchFromProto(message.search) }),
  };
}

function searchFromProto(search: SearchPlanMessage): SearchPlan {
  const { expansions, lookAhead, diverse, attempts, rejectEarly, drafts } = search;
  return { expansions, lookAhead, diverse, attempts, rejectEarly, drafts };
}

/** A confidence; `undefined` where there was no answer to be confident of. */
export function confidenceFromProto(message: ConfidenceMessage | undefined): Confidence | undefined {
  return message && { value: message.value, kind: confidenceKinds.nameOf(message.kind) };
}

/** A verdict: either its score or its abstention is set. */
export function verdictFromProto({ verifier, verdict }: VerdictMessage): Verdict {
  return {
    verifier,
    score: verdict.case === "score" ? verdict.value : undefined,
    abstention: verdict.case === "abstention" ? verdict.value : undefined,
  };
}

/** Tokens of a sample; all 0 where the message lacks them. */
export function usageFromProto(message: UsageMessage | undefined): SampleUsage {
  return {
    promptTokens: Number(message?.promptTokens ?? 0),
    cachedPromptTokens: Number(message?.cachedPromptTokens ?? 0),
    outputTokens: Number(message?.outputTokens ?? 0),
  };
}

/** What was spent; a limit of 0 means that none was set. */
export function ledgerFromProto(message: LedgerMessage | undefined): Ledger {
  const limit = Number(message?.maxOutputTokens ?? 0);
  const hedgedTokens = Number(message?.hedgedTokens ?? 0);
  const costUsd = message?.costUsd;
  return {
    calls: message?.calls ?? 0,
    promptTokens: Number(message?.promptTokens ?? 0),
    answerTokens: Number(message?.answerTokens ?? 0),
    cancelledTokens: Number(message?.cancelledTokens ?? 0),
    failedTokens: Number(message?.failedTokens ?? 0),
    verifierTokens: Number(message?.verifierTokens ?? 0),
    ...(hedgedTokens > 0 && { hedgedTokens }),
    ...(costUsd !== undefined && { costUsd }),
    maxOutputTokens: limit === 0 ? undefined : limit,
  };
}

/** The outcome of a solve. */
export function outcomeFromProto(message: OutcomeMessage): Outcome {
  return {
    answer: textOf(message.answer),
    confidence: confidenceFromProto(message.confidence),
    stopReason: stopReasons.nameOf(message.stopReason),
    candidates: message.candidates.map(({ answer, canonical, samples, votes, share }) => ({
      answer,
      canonical,
      samples,
      votes,
      share,
    })),
    ledger: ledgerFromProto(message.ledger),
    latencyMs: durationToMs(message.latency),
    samplesStarted: message.samplesStarted,
    samplesVoted: message.samplesVoted,
    samplesCancelled: message.samplesCancelled,
    samplesPruned: message.samplesPruned,
    ...(message.diversity && {
      diversity: { firstSteps: message.diversity.firstSteps, duplicates: message.diversity.duplicates },
    }),
    samplesFailed: message.samplesFailed,
    meanSteps: message.meanSteps,
    failure: textOf(message.failure),
    degradations: message.degradations,
  };
}

/** A model; one without capabilities can do nothing special. */
export function modelFromProto(message: ModelMessage): Model {
  const { capabilities: can } = message;
  return {
    id: message.id,
    backend: message.backend,
    capabilities: {
      logprobs: can?.logprobs ?? false,
      n: can?.n ?? false,
      abort: can?.abort ?? false,
      continueFromPrefix: can?.continueFromPrefix ?? false,
      seed: can?.seed ?? false,
      processReward: can?.processReward ?? false,
      policies: can?.policies ?? [],
    },
    contextLength: message.contextLength,
    parameters: message.parameters === 0n ? undefined : Number(message.parameters),
    default: message.default,
  };
}
