import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { type SolveEvent as SolveEventMessage, SolveEventSchema } from "@reckon/proto/reckon/orchestrator/v1/event";
import { answerKinds, planChangeReasons, sampleEnds } from "./enums.ts";
import {
  confidenceFromProto,
  difficultyFromProto,
  durationToMs,
  ledgerFromProto,
  outcomeFromProto,
  planFromProto,
  textOf,
  usageFromProto,
  verdictFromProto,
} from "./from-proto.ts";
import { ReckonError } from "./reckon-error.ts";
import type { SolveEvent } from "./solve-event.ts";

/** The event in protobuf's JSON mapping, for logs and for tools that read one event a line. */
export function solveEventToJson(event: SolveEvent): JsonValue {
  return toJson(SolveEventSchema, event.message);
}

/** An event of the wire, typed. Throws `data-loss` for an event without the part that makes it one. */
export function solveEventFromProto(message: SolveEventMessage): SolveEvent {
  const base = { sequence: Number(message.sequence), elapsedMs: durationToMs(message.elapsed), message };
  const { event } = message;
  switch (event.case) {
    case "solveStarted": {
      const { solveId, difficulty, plan, answerKind } = event.value;
      return {
        ...base,
        type: "solve-started",
        solveId,
        difficulty: difficultyFromProto(difficulty),
        plan: planFromProto(required(plan, "solve_started.plan")),
        answerKind: answerKinds.nameOf(answerKind),
      };
    }
    case "sampleStarted":
      return { ...base, type: "sample-started", sample: event.value.sample };
    case "thoughtDelta": {
      const { sample, step, text, outputTokens } = event.value;
      return { ...base, type: "thought-delta", sample, step, text, outputTokens };
    }
    case "stepScored": {
      const { sample, step, text, verdicts } = event.value;
      return { ...base, type: "step-scored", sample, step, text, verdicts: verdicts.map(verdictFromProto) };
    }
    case "sampleEnded": {
      const ended = event.value;
      return {
        ...base,
        type: "sample-ended",
        sample: ended.sample,
        reason: sampleEnds.nameOf(ended.reason),
        answer: textOf(ended.answer),
        canonical: textOf(ended.canonical),
        steps: ended.steps,
        usage: usageFromProto(ended.usage),
        vote: ended.vote,
        verdicts: ended.verdicts.map(verdictFromProto),
        meanLogprob: ended.meanLogprob,
        failure: textOf(ended.failure),
      };
    }
    case "confidenceChanged": {
      const changed = event.value;
      return {
        ...base,
        type: "confidence-changed",
        confidence: confidenceFromProto(changed.confidence),
        candidates: changed.candidates.map(({ answer, canonical, samples, votes, share }) => ({
          answer,
          canonical,
          samples,
          votes,
          share,
        })),
        leaderStays: changed.leaderStays,
        ledger: ledgerFromProto(changed.ledger),
      };
    }
    case "planChanged": {
      const { reason, detail, plan } = event.value;
      return {
        ...base,
        type: "plan-changed",
        reason: planChangeReasons.nameOf(reason),
        detail,
        plan: plan && planFromProto(plan),
      };
    }
    case "solveEnded":
      return {
        ...base,
        type: "solve-ended",
        outcome: outcomeFromProto(required(event.value.outcome, "solve_ended.outcome")),
      };
    case undefined:
      return { ...base, type: "unknown" };
  }
}

function required<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw new ReckonError("data-loss", `the server sent an event without ${path}`);
  return value;
}
