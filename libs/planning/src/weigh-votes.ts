import type { ScoreAggregation, Selection } from "@reckon/core";
import { mean } from "@reckon/stats";
import { boundedLogprob } from "./evidence.ts";
import { defaultProfile } from "./model-profile.ts";
import type { ScoredVote } from "./scored-vote.ts";

/** How signs of quality become a vote's weight. */
export interface Scoring {
  /** How scores of steps become a score of the sample. */
  readonly aggregation: ScoreAggregation;
  /** A weighted vote weighs score ** votePower; > 0. */
  readonly votePower: number;
  /** Times the probability of its chain to this power; 0: log-probabilities do not count. */
  readonly logprobPower: number;
  /** In place of `votePower` where no vote has a log-probability, > 0: a score by itself is trusted less. Default: `votePower`. */
  readonly votePowerAlone?: number | undefined;
}

/** The power of scores, with or without log-probabilities beside them. */
export function scorePower({ votePower, votePowerAlone }: Scoring, hasLogprobs: boolean): number {
  return hasLogprobs ? votePower : (votePowerAlone ?? votePower);
}

/** How much the probability of a chain counts, in (0, 1]. */
function chance(logprob: number, { logprobPower }: Scoring): number {
  return Math.exp(logprobPower * boundedLogprob(logprob));
}

/** What a vote with a score weighs by itself, before others are looked at: score ** votePower times the chain's chance. */
export function weightOfSigns(score: number, logprob: number | undefined, scoring: Scoring): number {
  return score ** scorePower(scoring, logprob !== undefined) * (logprob === undefined ? 1 : chance(logprob, scoring));
}

/**
 * The votes with the weights that a selection gives them, from all signs at once, so that their order has no effect.
 * `majority`: 1 each. `weighted-vote`: score ** `scorePower` (weighted best-of-N, arXiv 2206.02336) times the probability of the chain
 * ** logprobPower; a vote that lacks a sign is given the mean of the others', and at least what a score of a half would
 * give: nothing was found wrong with it. `best-score`: a candidate weighs as its best sample does, its other votes 0. Where
 * no vote has a score they weigh by what the model was least sure of, exp(groupLogprob) (DeepConf, arXiv 2508.15260), if that is
 * known of all of them, else 1.
 */
export function weighVotes(
  votes: readonly ScoredVote[],
  selection: Selection,
  scoring: Scoring = defaultProfile.scoring,
): ScoredVote[] {
  const power = scorePower(
    scoring,
    votes.some(({ logprob }) => logprob !== undefined),
  );
  const typical = mean(votes.flatMap(({ score }) => (score === undefined ? [] : [score ** power])));
  if (selection === "majority") return votes.map((vote) => ({ ...vote, weight: 1 }));
  if (typical === undefined) return byGroups(votes);
  const likely = mean(votes.flatMap(({ logprob }) => (logprob === undefined ? [] : [chance(logprob, scoring)]))) ?? 1;
  const unscored = selection === "best-score" ? 0 : Math.max(typical, 0.5 ** power);
  const weigh = ({ score, logprob }: ScoredVote) =>
    (score === undefined ? unscored : score ** power) * (logprob === undefined ? likely : chance(logprob, scoring));
  const weighed = votes.map((vote) => ({ ...vote, weight: weigh(vote) }));
  if (selection === "weighted-vote") return weighed;
  const best = new Map<string, ScoredVote>();
  for (const vote of weighed) {
    const rival = best.get(vote.canonical);
    if (rival === undefined || vote.weight > rival.weight) best.set(vote.canonical, vote);
  }
  return weighed.map((vote) => (best.get(vote.canonical) === vote ? vote : { ...vote, weight: 0 }));
}

function byGroups(votes: readonly ScoredVote[]): ScoredVote[] {
  const known = votes.every(({ groupLogprob }) => groupLogprob !== undefined);
  return votes.map((vote) => ({ ...vote, weight: known ? Math.exp(vote.groupLogprob ?? 0) : 1 }));
}
