import { create } from "@bufbuild/protobuf";
import { type AnswerKind, type Confidence, type Difficulty, limits, type Problem, type Signal } from "@reckon/core";
import * as service from "@reckon/proto/reckon/difficulty/v1/difficulty";
import * as wire from "@reckon/proto/reckon/types/v1/difficulty";
import { type Border, convertStrictly } from "./border.ts";
import { confidenceKinds, confidenceToProto } from "./outcome.ts";
import { answerKinds, problemToProto, readProblem, required } from "./problem.ts";

/** A difficulty for the wire. */
export function difficultyToProto(difficulty: Difficulty): wire.Difficulty {
  return create(wire.DifficultySchema, { ...difficulty, signals: difficulty.signals.map((signal) => ({ ...signal })) });
}

/** A difficulty from a response. */
export function difficultyFromProto(difficulty: wire.Difficulty): Difficulty {
  return {
    score: difficulty.score,
    signals: difficulty.signals.map(
      ({ name, value, weight, detail }): Signal => ({ name: name as Signal["name"], value, weight, detail }),
    ),
    priorAlpha: difficulty.priorAlpha,
    priorBeta: difficulty.priorBeta,
    historyCount: difficulty.historyCount,
    ...(difficulty.learnedOutcomes > 0 && { learnedOutcomes: difficulty.learnedOutcomes }),
    ...(difficulty.trainedQuestions > 0 && { trainedQuestions: difficulty.trainedQuestions }),
    overridden: difficulty.overridden,
  };
}

/** What the difficulty service says of a problem. */
export interface Estimate {
  readonly difficulty: Difficulty;
  /** For example `arithmetic`. */
  readonly domain: string;
  readonly answerKind: AnswerKind | undefined;
}

/** An estimate for the wire. */
export function estimateToProto(estimate: Estimate): service.EstimateResponse {
  return create(service.EstimateResponseSchema, {
    difficulty: difficultyToProto(estimate.difficulty),
    domain: estimate.domain,
    answerKind: answerKinds.toProto(estimate.answerKind),
  });
}

/** An estimate from a response; throws `data-loss` where it has no difficulty. */
export function estimateFromProto(response: service.EstimateResponse): Estimate {
  return {
    difficulty: difficultyFromProto(required(response.difficulty, "difficulty")),
    domain: response.domain,
    answerKind: answerKinds.fromOptional(response.answerKind),
  };
}

/** The problems of a batch of estimates; throws `invalid-argument` with all that is wrong. */
export function problemsFromProto(request: service.EstimateBatchRequest): Problem[] {
  return convertStrictly((border) => {
    const problems = border.list("problems", request.problems, limits.batchItems, "items");
    return problems.map((problem, index) => readProblem(border, `problems[${index}]`, problem));
  });
}

/** How a solve ended, for the history that the difficulty service learns from. */
export interface OutcomeRecord {
  readonly solveId: string;
  readonly problem: Problem;
  /** The difficulty that was estimated; [0, 1]. */
  readonly difficulty: number;
  readonly votesForAnswer: number;
  readonly votes: number;
  readonly confidence: Confidence | undefined;
  /** Whether the answer was right, where somebody knows. */
  readonly correct: boolean | undefined;
}

/** An outcome record for the wire. */
export function outcomeRecordToProto(record: OutcomeRecord): service.RecordOutcomeRequest {
  return create(service.RecordOutcomeRequestSchema, {
    ...record,
    problem: problemToProto(record.problem),
    confidence: record.confidence && confidenceToProto(record.confidence),
  });
}

/** An outcome record from a request; throws `invalid-argument` with all that is wrong. */
export function outcomeRecordFromProto(request: service.RecordOutcomeRequest): OutcomeRecord {
  return convertStrictly((border) => {
    const { votes, votesForAnswer, correct, confidence } = request;
    if (votesForAnswer > votes) border.reject("votes_for_answer", `${votesForAnswer} are more than the ${votes} votes`);
    return {
      solveId: border.text("solve_id", request.solveId, solveIdBytes, 1),
      problem: readProblem(border, "problem", request.problem),
      difficulty: border.number("difficulty", request.difficulty, probability),
      votesForAnswer,
      votes,
      confidence: confidence && readConfidence(border, confidence),
      correct,
    };
  });
}

/** The longest id of a solve, in bytes. */
export const solveIdBytes = 128;

const probability = { min: 0, max: 1 };

function readConfidence(border: Border, { value, kind }: { value: number; kind: number }): Confidence {
  return {
    value: border.number("confidence.value", value, probability),
    kind: confidenceKinds.fromRequest(border, "confidence.kind", kind) ?? "agreement",
  };
}
