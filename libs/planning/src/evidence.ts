import { logit, sigmoid } from "@reckon/stats";
import type { ScoredVote } from "./scored-vote.ts";

/** Which signs of its quality a sample has. */
export type EvidenceKind = "verifier" | "logprob" | "both";

/** What the signs of one kind are worth: a log-likelihood ratio of score * logit(s) + logprob * l + intercept. */
export interface EvidenceWeights {
  /** Of the logit of the verifier's score. */
  readonly score: number;
  /** Of the log-probability of the whole chain, in nats. */
  readonly logprob: number;
  readonly intercept: number;
  /** How much the evidence usually is, > 0: how reliable the samples to come will be. */
  readonly typical: number;
}

/** What signs of quality say of samples of one model. */
export interface EvidenceModel {
  /** Evidence is kept within +-limit, in nats. */
  readonly limit: number;
  /** Kinds that are left out say nothing. */
  readonly kinds: { readonly [kind in EvidenceKind]?: EvidenceWeights | undefined };
}

/** A chain less likely than this is as unlikely as can be: what a token more costs says no more of it. In nats. */
const LEAST_LOGPROB = -15;

/** The log-probability of a chain as it counts in votes, evidence and confidence: at least -15 nats. */
export function boundedLogprob(logprob: number): number {
  return Math.max(LEAST_LOGPROB, logprob);
}

/** The kind of evidence that there is, by what is known of a sample. */
export function evidenceKind(scored: boolean, hasLogprob: boolean): EvidenceKind | undefined {
  if (scored) return hasLogprob ? "both" : "verifier";
  return hasLogprob ? "logprob" : undefined;
}

/** The weights for what is known; a score alone counts where both were never fitted together. */
export function weightsFor(model: EvidenceModel, kind: EvidenceKind | undefined): EvidenceWeights | undefined {
  if (kind === undefined) return undefined;
  return model.kinds[kind] ?? (kind === "both" ? model.kinds.verifier : undefined);
}

/**
 * Natural logarithm of how much likelier these signs are of a right sample than of a wrong one, by the weights; 0 where there
 * is none. In a logistic model of P(right) the two signs add up, since each is a log-likelihood ratio up to scale.
 */
export function evidenceOf({ score, logprob }: Pick<ScoredVote, "score" | "logprob">, model: EvidenceModel): number {
  const weights = weightsFor(model, evidenceKind(score !== undefined, logprob !== undefined));
  if (weights === undefined) return 0;
  const fromScore = score === undefined ? 0 : weights.score * logit(score);
  const fromChain = logprob === undefined ? 0 : weights.logprob * boundedLogprob(logprob);
  return Math.max(-model.limit, Math.min(model.limit, fromScore + fromChain + weights.intercept));
}

/** Signs that are worth `evidence` nats where this kind is known: the inverse of `evidenceOf` within its limit. */
export function signsWorth(
  evidence: number,
  model: EvidenceModel,
  kind: EvidenceKind | undefined,
): Pick<ScoredVote, "score" | "logprob"> {
  const weights = weightsFor(model, kind);
  if (weights === undefined || kind === undefined) return {};
  const rest = evidence - weights.intercept;
  if (kind === "logprob") return weights.logprob > 0 ? { logprob: Math.min(0, rest / weights.logprob) } : {};
  const score = weights.score > 0 ? sigmoid(rest / weights.score) : 0.5;
  return kind === "both" ? { score, logprob: 0 } : { score };
}
