import type { Selection } from "@reckon/core";
import { mean } from "@reckon/stats";
import type { ScoredVote } from "./scored-vote.ts";

/**
 * The votes with the weights that a selection gives them, from all scores at once, so that their order has no effect.
 * `majority`: 1 each. `weighted-vote`: the score (weighted best-of-N, arXiv 2206.02336); a vote without one weighs as the
 * mean of the others. `best-score`: a candidate weighs as its best sample does, its other votes 0. Where no vote has a
 * score all of them weigh 1, whatever the selection.
 */
export function weighVotes(votes: readonly ScoredVote[], selection: Selection): ScoredVote[] {
  const typical = mean(votes.flatMap((vote) => (vote.score === undefined ? [] : [vote.score])));
  if (selection === "majority" || typical === undefined) return votes.map((vote) => ({ ...vote, weight: 1 }));
  if (selection === "weighted-vote") return votes.map((vote) => ({ ...vote, weight: vote.score ?? typical }));
  const best = new Map<string, ScoredVote>();
  for (const vote of votes) {
    const rival = best.get(vote.canonical);
    if (rival === undefined || (vote.score ?? 0) > (rival.score ?? 0)) best.set(vote.canonical, vote);
  }
  return votes.map((vote) => ({ ...vote, weight: best.get(vote.canonical) === vote ? (vote.score ?? 0) : 0 }));
}
