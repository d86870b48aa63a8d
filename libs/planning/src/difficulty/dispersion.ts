import { logBeta, logSumExp } from "@reckon/stats";

/** Pseudo-counts that questions may scatter by about their expected P(one sample is right): 1 is a U, 32 hardly any. */
export const STRENGTHS = [0.25, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 8, 16, 32] as const;

/**
 * What is believed of the strength: a logarithm of a weight for each of `STRENGTHS`. Small strengths mean that most questions
 * are either within reach or out of it, however well their mean is known.
 */
export type Dispersion = readonly number[];

/** A belief about `strength`, as sure as `worth` questions would make it. */
export function dispersionAbout(strength: number, worth = 2): Dispersion {
  return STRENGTHS.map((one) => (-worth * Math.log(one / strength) ** 2) / 4);
}

/** How a question went: `agreeing` of `votes` samples gave one answer, which is right with probability `chance`. */
export interface VoteEvidence {
  readonly agreeing: number;
  /** >= `agreeing`, >= 1. */
  readonly votes: number;
  readonly chance: number;
}

/** The belief after one question that was expected to go right with probability `mean`, by its beta-binomial likelihood. */
export function updateDispersion(
  dispersion: Dispersion,
  mean: number,
  { agreeing, votes, chance }: VoteEvidence,
): Dispersion {
  const updated = STRENGTHS.map((strength, i) => {
    const [alpha, beta] = [strength * mean, strength * (1 - mean)];
    const logChance = (right: number) => logBeta(alpha + right, beta + votes - right) - logBeta(alpha, beta);
    const terms = [Math.log(chance) + logChance(agreeing), Math.log1p(-chance) + logChance(0)];
    return (dispersion[i] as number) + logSumExp(terms.filter((term) => !Number.isNaN(term)));
  });
  const total = logSumExp(updated);
  return updated.map((weight) => weight - total);
}

/** Expected correlation of two samples of one question, 1 / (strength + 1), in (0, 1). */
export function correlationOf(dispersion: Dispersion): number {
  const total = logSumExp(dispersion);
  return STRENGTHS.reduce((sum, one, i) => sum + Math.exp((dispersion[i] as number) - total) / (one + 1), 0);
}

/** Independent samples that `votes` samples of one question are worth to what is known of its like (Kish's design effect). */
export function effectiveVotes(votes: number, correlation: number): number {
  return votes / (1 + (votes - 1) * correlation);
}
