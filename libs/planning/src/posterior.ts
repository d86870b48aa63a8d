import { logBeta, logGamma, logSumExp } from "@reckon/stats";
import { type EvidenceModel, evidenceOf } from "./evidence.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";

/** How samples of one model err; fitted by the bench, see `calibration.json`. */
export interface ErrorModel {
  /** Concentration of the Chinese restaurant process that wrong answers follow, > 0; the larger, the less wrong answers coincide. */
  readonly diversity: number;
  /** What signs of a sample's quality are worth. */
  readonly evidence: EvidenceModel;
}

/** Votes for one candidate: how many, and the sum of what the signs of their samples are worth. */
export interface VoteGroup {
  readonly canonical: string;
  readonly count: number;
  readonly evidence: number;
}

/** Groups votes by candidate, in the order in which candidates were first seen. */
export function groupVotes(votes: readonly ScoredVote[], model: ErrorModel): VoteGroup[] {
  const groups = new Map<string, { count: number; evidence: number }>();
  for (const vote of votes) {
    const group = groups.get(vote.canonical) ?? { count: 0, evidence: 0 };
    group.count += 1;
    group.evidence += evidenceOf(vote, model.evidence);
    groups.set(vote.canonical, group);
  }
  return [...groups].map(([canonical, group]) => ({ canonical, ...group }));
}

/** A function of small counts that remembers its values. */
function remembered(compute: (count: number) => number): (count: number) => number {
  const known: number[] = [];
  return (count) => {
    known[count] ??= compute(count);
    return known[count];
  };
}

/** `posteriorOf` for votes that have been grouped, `total` of them: a probability a group, in their order. */
export type GroupPosterior = (groups: readonly VoteGroup[]) => number[];

/** Makes the posterior for a number of votes; what depends on counts alone is computed once. */
export function createGroupPosterior(total: number, prior: BetaPrior, model: ErrorModel): GroupPosterior {
  const { diversity } = model;
  const agreement = remembered((right) => logBeta(prior.alpha + right, prior.beta + total - right));
  // Ewens' formula: a table of a Chinese restaurant adds a seat, the number of guests the common denominator.
  const seat = remembered((count) => Math.log(diversity) + logGamma(count));
  const guests = remembered((wrong) => logGamma(diversity + wrong));
  return (groups) => {
    const seats = groups.reduce((sum, group) => sum + seat(group.count), 0);
    const weights = groups.map(
      ({ count, evidence }) => agreement(count) + evidence + seats - seat(count) - guests(total - count),
    );
    const none = agreement(0) + seats - guests(total);
    const normaliser = logSumExp([...weights, none]);
    return weights.map((weight) => Math.exp(weight - normaliser));
  };
}

/**
 * Posterior probability of each candidate being right, by canonical form; what is missing to 1 is the chance that none is.
 *
 * The model: a sample is right with probability p, and p has the prior; right samples agree; wrong ones agree by chance, as
 * in a Chinese restaurant process; signs of quality multiply a sample's odds by their likelihood ratio. Integrating p out,
 *   P(a is right) ~ B(alpha + n_a, beta + n - n_a) * prod_{i in a} LR_i * P(the others' pattern),
 *   P(none is)   ~ B(alpha, beta + n) * P(all groups' pattern).
 * One vote without such signs gives the prior mean; agreement and good signs raise it, dissent lowers it; the order of votes
 * has no effect. The unseen-answer bucket is that of Best-of-infinity (ICLR 2026) and of Dirichlet adaptive-consistency
 * (arXiv 2305.11860), with evidence added.
 */
export function posteriorOf(votes: readonly ScoredVote[], prior: BetaPrior, model: ErrorModel): Map<string, number> {
  const groups = groupVotes(votes, model);
  const posterior = createGroupPosterior(votes.length, prior, model)(groups);
  return new Map(groups.map((group, i) => [group.canonical, posterior[i] as number]));
}
