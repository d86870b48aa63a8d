export {
  type AnswerContext,
  areEquivalent,
  type Canonicalizer,
  canonicalize,
  createCanonicalizer,
} from "./canonicalize.ts";
export { type AnswerCluster, type Clusterer, clusterAnswers, createClusterer } from "./cluster-answers.ts";
export { extractAnswer } from "./extract-answer.ts";
export { inferAnswerKind, inferKindOfAnswers } from "./infer-answer-kind.ts";
