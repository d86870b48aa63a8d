export {
  type AnswerContext,
  areEquivalent,
  type Canonicalizer,
  canonicalize,
  createCanonicalizer,
} from "./canonicalize.ts";
export { checkAnswer } from "./check/check-answer.ts";
export type { CheckResult } from "./check/check-result.ts";
export { type Checker, checkStep, createChecker, type SampleChecker, type StepContext } from "./check/check-step.ts";
export { type AnswerCluster, type Clusterer, clusterAnswers, createClusterer } from "./cluster-answers.ts";
export { extractAnswer } from "./extract-answer.ts";
export { inferAnswerKind, inferKindOfAnswers } from "./infer-answer-kind.ts";
