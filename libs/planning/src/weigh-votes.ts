import type { ScoreAggregation, Selection } from "@reckon/core";
import { mean } from "@reckon/stats";
import calibration from "./calibration.json" with { type: "json" };
import type { ScoredVote } from "./scored-vote.ts";

/** How scores of steps become a score of a sample, and that a vote. */
export interface Scoring {
  readonly aggregation: ScoreAggregation;
  /** A weighted vote weighs score ** votePower; > 0. */
  readonly votePower: number;
}

/** What was best for the embedded model on validation problems; see `calibration.json`. */
export const defaultScoring = calibration.scoring as Scoring;

/**
 * The votes with the weights that a selection gives them, from all scores at once, so that their order has no effect.
 * `majority`: 1 each. `weighted-vote`: the score to the power given (weighted best-of-N, arXiv 2206.02336); a vote without
 * one weighs as the mean of the others, and at least as a score of a half would: nothing was found wrong with it. `best-score`: a candidate weighs as its best sample does, its other votes 0. Where
 * no vote has a score all of them weigh 1, whatever the selection.
 */
export function weighVotes(
  votes: readonly ScoredVote[],
  selection: Selection,
  power: number = defaultScoring.votePower,
): ScoredVote[] {
  const weightOf = (vote: ScoredVote) => (vote.score === undefined ? undefined : vote.score ** power);
  const typical = mean(votes.flatMap((vote) => weightOf(vote) ?? []));
  if (selection === "majority" || typical === undefined) return votes.map((vote) => ({ ...vote, weight: 1 }));
  if (selection === "weighted-vote") {
    const unscored = Math.max(typical, 0.5 ** power);
    return votes.map((vote) => ({ ...vote, weight: weightOf(vote) ?? unscored }));
  }
  const best = new Map<string, ScoredVote>();
  for (const vote of votes) {
    const rival = best.get(vote.canonical);
    if (rival === undefined || (vote.score ?? 0) > (rival.score ?? 0)) best.set(vote.canonical, vote);
  }
  return votes.map((vote) => ({ ...vote, weight: best.get(vote.canonical) === vote ? (vote.score ?? 0) : 0 }));
}
