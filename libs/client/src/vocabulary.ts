/** How much thinking a problem may have. Reckon takes `adaptive` where a client says nothing. */
export type Strategy = "fast" | "balanced" | "comprehensive" | "adaptive";

/** Who goes first under load. */
export type Priority = "low" | "normal" | "high";

/** How a strategy searches. */
export type Method = "single" | "self-consistency" | "best-of-n" | "beam" | "monte-carlo" | "tree" | "revision";

/** How an answer is chosen from the samples. */
export type Selection = "best-score" | "majority" | "weighted-vote";

/** What kind of answer is expected; decides how answers are compared. */
export type AnswerKind = "number" | "choice" | "expression" | "code" | "tool-call" | "text";

/** Why thinking ended. */
export type StopReason =
  | "confident"
  | "exhausted"
  | "deadline"
  | "budget"
  | "cancelled"
  | "failed"
  | "no-gain"
  | "draining"
  | "lost";

/** Why a sample ended. */
export type SampleEnd = "stop" | "length" | "cancelled" | "pruned" | "failed";

/** Where a confidence came from. */
export type ConfidenceKind = "agreement" | "verifier" | "logprob" | "calibrated";

/** Why a plan was changed on the way. */
export type PlanChangeReason = "escalated" | "degraded";

/** Who wrote a message. */
export type Role = "system" | "user" | "assistant";
