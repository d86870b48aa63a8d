import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { ReckonError, type SolveEvent } from "@reckon/core";
import * as wire from "@reckon/proto/reckon/orchestrator/v1/event";
import { difficultyFromProto, difficultyToProto } from "./difficulty.ts";
import { createEnumMap } from "./enum-map.ts";
import {
  candidateFromProto,
  candidateToProto,
  confidenceFromProto,
  confidenceToProto,
  ledgerFromProto,
  ledgerToProto,
  outcomeFromProto,
  outcomeToProto,
} from "./outcome.ts";
import { planFromProto, planToProto } from "./plan.ts";
import { answerKinds, required } from "./problem.ts";
import { sampleEnds, sampleUsageFromProto, sampleUsageToProto, verdictFromProto, verdictToProto } from "./sample.ts";

const maxEventCandidates = 8;
const planChangeReasons = createEnumMap<"escalated" | "degraded", wire.PlanChangeReason>(wire.PlanChangeReasonSchema, {
  escalated: wire.PlanChangeReason.ESCALATED,
  degraded: wire.PlanChangeReason.DEGRADED,
});

/** An event with its place in the stream and its time. */
export interface NumberedSolveEvent {
  /** From 1, rising by 1. */
  readonly sequence: number;
  /** Since the request arrived. */
  readonly elapsedMs: number;
  readonly event: SolveEvent;
}

/** An event for the wire, with its sequence number (from 1) and the time since the request arrived. */
export function solveEventToProto(event: SolveEvent, sequence: number, elapsedMs: number): wire.SolveEvent {
  return create(wire.SolveEventSchema, {
    sequence: BigInt(sequence),
    elapsed: durationFromMs(Math.max(0, Math.round(elapsedMs))),
    event: payloadToProto(event),
  });
}

type Payload = NonNullable<Parameters<typeof create<typeof wire.SolveEventSchema>>[1]>["event"];

function payloadToProto(event: SolveEvent): Payload {
  switch (event.type) {
    case "solve-started":
      return {
        case: "solveStarted",
        value: {
          solveId: event.solveId,
          difficulty: difficultyToProto(event.difficulty),
          plan: planToProto(event.plan),
          answerKind: answerKinds.toProto(event.answerKind),
        },
      };
    case "sample-started":
      return { case: "sampleStarted", value: { sample: event.sample } };
    case "thought-delta": {
      const { sample, step, text, outputTokens } = event;
      return { case: "thoughtDelta", value: { sample, step, text, outputTokens } };
    }
    case "step-scored": {
      const { sample, step, text, verdicts } = event;
      return { case: "stepScored", value: { sample, step, text, verdicts: verdicts.map(verdictToProto) } };
    }
    case "sample-ended":
      return {
        case: "sampleEnded",
        value: {
          sample: event.sample,
          reason: sampleEnds.toProto(event.reason),
          answer: event.answer ?? "",
          canonical: event.canonical ?? "",
          steps: event.steps,
          usage: sampleUsageToProto(event.usage),
          vote: event.vote,
          verdicts: event.verdicts.map(verdictToProto),
          meanLogprob: event.meanLogprob,
          failure: event.failure ?? "",
        },
      };
    case "confidence-changed":
      return {
        case: "confidenceChanged",
        value: {
          confidence: confidenceToProto(event.confidence),
          candidates: event.candidates.slice(0, maxEventCandidates).map(candidateToProto),
          leaderStays: event.leaderStays,
          ledger: ledgerToProto(event.ledger),
        },
      };
    case "plan-changed": {
      const { reason, detail, plan } = event;
      return {
        case: "planChanged",
        value: { reason: planChangeReasons.toProto(reason), detail, plan: planToProto(plan) },
      };
    }
    case "solve-ended":
      return { case: "solveEnded", value: { outcome: outcomeToProto(event.outcome) } };
  }
}

/** An event from a response; throws `data-loss` where it is not whole or not known here. */
export function solveEventFromProto(message: wire.SolveEvent): NumberedSolveEvent {
  return {
    sequence: Number(message.sequence),
    elapsedMs: message.elapsed === undefined ? 0 : durationMs(message.elapsed),
    event: payloadFromProto(message.event),
  };
}

function payloadFromProto({ case: name, value }: wire.SolveEvent["event"]): SolveEvent {
  switch (name) {
    case "solveStarted":
      return {
        type: "solve-started",
        solveId: value.solveId,
        difficulty: difficultyFromProto(required(value.difficulty, "difficulty")),
        plan: planFromProto(required(value.plan, "plan")),
        answerKind: answerKinds.fromOptional(value.answerKind),
      };
    case "sampleStarted":
      return { type: "sample-started", sample: value.sample };
    case "thoughtDelta": {
      const { sample, step, text, outputTokens } = value;
      return { type: "thought-delta", sample, step, text, outputTokens };
    }
    case "stepScored": {
      const { sample, step, text, verdicts } = value;
      return { type: "step-scored", sample, step, text, verdicts: verdicts.map(verdictFromProto) };
    }
    case "sampleEnded":
      return {
        type: "sample-ended",
        sample: value.sample,
        reason: sampleEnds.fromResponse(value.reason),
        answer: value.answer || undefined,
        canonical: value.canonical || undefined,
        steps: value.steps,
        usage: sampleUsageFromProto(value.usage),
        vote: value.vote,
        verdicts: value.verdicts.map(verdictFromProto),
        meanLogprob: value.meanLogprob,
        failure: value.failure || undefined,
      };
    case "confidenceChanged":
      return {
        type: "confidence-changed",
        confidence: confidenceFromProto(required(value.confidence, "confidence")),
        candidates: value.candidates.map(candidateFromProto),
        leaderStays: value.leaderStays,
        ledger: ledgerFromProto(value.ledger),
      };
    case "planChanged": {
      const { reason, detail, plan } = value;
      const changed = planFromProto(required(plan, "plan"));
      return { type: "plan-changed", reason: planChangeReasons.fromResponse(reason), detail, plan: changed };
    }
    case "solveEnded":
      return { type: "solve-ended", outcome: outcomeFromProto(required(value.outcome, "outcome")) };
    default:
      throw new ReckonError("data-loss", "the peer sent an event that this version does not know");
  }
}
