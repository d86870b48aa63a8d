import { createClusterer } from "@reckon/answers";
import { type AnswerKind, type Candidate, type Confidence, type Selection, tally } from "@reckon/core";
import { type ConfidenceOptions, confidenceOf, type ScoredVote, weighVotes } from "@reckon/planning";

/** The votes of one solve and what they say. */
export interface Ballot {
  /** As they were cast, without weights. */
  readonly cast: readonly ScoredVote[];
  /** Adds the vote of a sample; returns it with its weight among the votes so far. */
  add(sample: number, answer: string, score: number | undefined): ScoredVote;
  /** All votes, weighed together by the selection. */
  weighed(selection: Selection): ScoredVote[];
  /** Candidates, the leading one first. */
  candidates(selection: Selection): Candidate[];
  /** Probability that the leading candidate is right; `undefined` before the first vote. */
  confidence(selection: Selection, options: ConfidenceOptions): Confidence | undefined;
  /** Forgets the scores: votes count alike from now on. */
  forgetScores(): void;
}

/** Creates an empty ballot for answers of a kind. */
export function createBallot(kind: AnswerKind, selection: () => Selection): Ballot {
  const clusterer = createClusterer(kind);
  let votes: ScoredVote[] = [];
  const weighed = (by: Selection) => weighVotes(votes, by);
  return {
    get cast() {
      return votes;
    },
    add(sample, answer, score) {
      votes.push({ sample, answer, canonical: clusterer.add(answer), weight: 1, score });
      return weighed(selection()).at(-1) as ScoredVote;
    },
    weighed,
    candidates: (by) => tally(weighed(by)),
    confidence(by, options) {
      const leader = tally(weighed(by))[0];
      return leader && confidenceOf(votes, leader.canonical, options);
    },
    forgetScores() {
      votes = votes.map((vote) => ({ ...vote, score: undefined }));
    },
  };
}
