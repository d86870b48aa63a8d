import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import type { Candidate, Confidence, ConfidenceKind, LedgerSnapshot, Outcome } from "@reckon/core";
import * as wire from "@reckon/proto/reckon/types/v1/outcome";
import { createEnumMap } from "./enum-map.ts";
import { stopReasons } from "./plan.ts";

const maxOutcomeCandidates = 64;

/** Kinds of confidence. */
export const confidenceKinds = createEnumMap<ConfidenceKind, wire.ConfidenceKind>(wire.ConfidenceKindSchema, {
  agreement: wire.ConfidenceKind.AGREEMENT,
  verifier: wire.ConfidenceKind.VERIFIER,
  logprob: wire.ConfidenceKind.LOGPROB,
  calibrated: wire.ConfidenceKind.CALIBRATED,
});

/** A confidence for the wire. */
export function confidenceToProto({ value, kind }: Confidence): wire.Confidence {
  return create(wire.ConfidenceSchema, { value, kind: confidenceKinds.toProto(kind) });
}

/** A confidence from a response. */
export function confidenceFromProto({ value, kind }: wire.Confidence): Confidence {
  return { value, kind: confidenceKinds.fromResponse(kind) };
}

/** A candidate for the wire. */
export function candidateToProto(candidate: Candidate): wire.Candidate {
  return create(wire.CandidateSchema, { ...candidate });
}

/** A candidate from a response. */
export function candidateFromProto({ canonical, answer, samples, votes, share }: wire.Candidate): Candidate {
  return { canonical, answer, samples, votes, share };
}

/** A ledger for the wire; no limit on a count travels as 0. */
export function ledgerToProto(ledger: LedgerSnapshot): wire.Ledger {
  return create(wire.LedgerSchema, {
    calls: ledger.calls,
    promptTokens: BigInt(ledger.promptTokens),
    answerTokens: BigInt(ledger.answerTokens),
    cancelledTokens: BigInt(ledger.cancelledTokens),
    failedTokens: BigInt(ledger.failedTokens),
    verifierTokens: BigInt(ledger.verifierTokens),
    maxOutputTokens: BigInt(ledger.maxOutputTokens ?? 0),
    hedgedTokens: BigInt(ledger.hedgedTokens ?? 0),
    costUsd: ledger.costUsd,
    maxCalls: BigInt(ledger.maxCalls ?? 0),
    maxTotalTokens: BigInt(ledger.maxTotalTokens ?? 0),
    maxCostUsd: ledger.maxCostUsd,
  });
}

const present = <K extends string>(key: K, value: number | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: number };

/** A ledger from a response. */
export function ledgerFromProto(ledger: wire.Ledger | undefined): LedgerSnapshot {
  return {
    calls: ledger?.calls ?? 0,
    promptTokens: Number(ledger?.promptTokens ?? 0),
    answerTokens: Number(ledger?.answerTokens ?? 0),
    cancelledTokens: Number(ledger?.cancelledTokens ?? 0),
    failedTokens: Number(ledger?.failedTokens ?? 0),
    verifierTokens: Number(ledger?.verifierTokens ?? 0),
    maxOutputTokens: Number(ledger?.maxOutputTokens ?? 0) || undefined,
    ...present("hedgedTokens", Number(ledger?.hedgedTokens ?? 0) || undefined),
    ...present("costUsd", ledger?.costUsd),
    ...present("maxCalls", Number(ledger?.maxCalls ?? 0) || undefined),
    ...present("maxTotalTokens", Number(ledger?.maxTotalTokens ?? 0) || undefined),
    ...present("maxCostUsd", ledger?.maxCostUsd),
  };
}

/** An outcome for the wire, with its 64 leading candidates. */
export function outcomeToProto(outcome: Outcome): wire.Outcome {
  return create(wire.OutcomeSchema, {
    answer: outcome.answer ?? "",
    confidence: outcome.confidence && confidenceToProto(outcome.confidence),
    stopReason: stopReasons.toProto(outcome.stopReason),
    candidates: outcome.candidates.slice(0, maxOutcomeCandidates).map(candidateToProto),
    ledger: ledgerToProto(outcome.ledger),
    latency: durationFromMs(Math.round(outcome.latencyMs)),
    samplesStarted: outcome.samplesStarted,
    samplesVoted: outcome.samplesVoted,
    samplesCancelled: outcome.samplesCancelled,
    samplesPruned: outcome.samplesPruned,
    samplesFailed: outcome.samplesFailed,
    meanSteps: outcome.meanSteps ?? 0,
    failure: outcome.failure ?? "",
    degradations: [...outcome.degradations],
    diversity: outcome.diversity,
  });
}

/** An outcome from a response. */
export function outcomeFromProto(outcome: wire.Outcome): Outcome {
  return {
    answer: outcome.answer === "" ? undefined : outcome.answer,
    confidence: outcome.confidence && confidenceFromProto(outcome.confidence),
    stopReason: stopReasons.fromResponse(outcome.stopReason),
    candidates: outcome.candidates.map(candidateFromProto),
    ledger: ledgerFromProto(outcome.ledger),
    latencyMs: outcome.latency === undefined ? 0 : durationMs(outcome.latency),
    samplesStarted: outcome.samplesStarted,
    samplesVoted: outcome.samplesVoted,
    samplesCancelled: outcome.samplesCancelled,
    samplesPruned: outcome.samplesPruned,
    samplesFailed: outcome.samplesFailed,
    meanSteps: outcome.samplesVoted === 0 ? undefined : outcome.meanSteps,
    failure: outcome.failure === "" ? undefined : outcome.failure,
    degradations: outcome.degradations,
    ...(outcome.diversity && {
      diversity: { firstSteps: outcome.diversity.firstSteps, duplicates: outcome.diversity.duplicates },
    }),
  };
}
