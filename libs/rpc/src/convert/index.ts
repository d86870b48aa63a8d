export {
  difficultyFromProto,
  difficultyToProto,
  type Estimate,
  estimateFromProto,
  estimateToProto,
  type OutcomeRecord,
  outcomeRecordFromProto,
  outcomeRecordToProto,
  problemsFromProto,
} from "./difficulty.ts";
export {
  type GenerateRequest,
  generateOptionsFromProto,
  generateOptionsToProto,
  generateRequestFromProto,
  generationEventFromProto,
  generationEventToProto,
  loadFromProto,
  loadToProto,
  modelFromProto,
  modelToProto,
} from "./generation.ts";
export { correctnessFromProto, type InsightsRequest, insightsRequestFromProto, insightsToProto } from "./insights.ts";
export {
  candidateFromProto,
  candidateToProto,
  confidenceFromProto,
  confidenceToProto,
  ledgerFromProto,
  ledgerToProto,
  outcomeFromProto,
  outcomeToProto,
} from "./outcome.ts";
export { planFromProto, planToProto } from "./plan.ts";
export { answerKindFromProto, problemFromProto, problemToProto } from "./problem.ts";
export { sampleUsageFromProto, sampleUsageToProto, verdictFromProto, verdictToProto } from "./sample.ts";
export { assertEquivalenceRequest, scoringEventFromProto, scoringEventToProto } from "./scoring.ts";
export {
  cancelTargetFromProto,
  idempotencyKeyFromProto,
  type ResumeRequest,
  resumeRequestFromProto,
} from "./session-request.ts";
export { type NumberedSolveEvent, solveEventFromProto, solveEventToProto } from "./solve-event.ts";
export {
  type BatchItem,
  type SolveBatchRequest,
  type SolveOptions,
  type SolveRequest,
  solveBatchRequestFromProto,
  solveIdFromProto,
  solveOptionsFromProto,
  solveOptionsToProto,
  solveRequestFromProto,
} from "./solve-request.ts";
