import { createClusterer } from "@reckon/answers";
import { type AnswerKind, type Candidate, type Confidence, type Selection, tally } from "@reckon/core";
import { type ConfidenceOptions, confidenceOf, type ScoredVote, type Scoring, weighVotes } from "@reckon/planning";

/** Signs of a sample's quality. */
export type VoteSigns = Pick<ScoredVote, "score" | "logprob" | "groupLogprob">;

/** The votes of one solve and what they say. */
export interface Ballot {
  /** As they were cast, without weights. */
  readonly cast: readonly ScoredVote[];
  /**
   * Adds the vote of a sample; returns it with its weight among the votes so far. The vote of a copy of another sample counts,
   * but is no further evidence: it adds nothing to the confidence.
   */
  add(sample: number, answer: string, signs: VoteSigns, isCopy?: boolean): ScoredVote;
  /** All votes, weighed together by the selection. */
  weighed(): ScoredVote[];
  /** Candidates, the leading one first. */
  candidates(): Candidate[];
  /** Probability that the leading candidate is right; `undefined` before the first vote. */
  confidence(options: ConfidenceOptions): Confidence | undefined;
  /** Forgets the scores: votes count alike from now on. */
  forgetScores(): void;
}

/** What a ballot is for. */
export interface BallotOptions {
  readonly kind: AnswerKind;
  readonly question: string;
  readonly scoring: Scoring;
  /** How votes are weighed at present. */
  readonly selection: () => Selection;
}

/** Creates an empty ballot for answers of a kind to a question. */
export function createBallot({ kind, question, scoring, selection }: BallotOptions): Ballot {
  const clusterer = createClusterer(kind, { question });
  let cast: ScoredVote[] = [];
  const copies = new Set<number>();
  const weighed = () => weighVotes(cast, selection(), scoring);
  return {
    get cast() {
      return cast;
    },
    weighed,
    add(sample, answer, signs, isCopy = false) {
      if (isCopy) copies.add(sample);
      cast.push({ sample, answer, canonical: clusterer.add(answer), weight: 1, ...signs });
      return weighed().at(-1) as ScoredVote;
    },
    candidates: () => tally(weighed()),
    confidence(options) {
      const leader = tally(weighed())[0];
      const evidence = copies.size === 0 ? cast : cast.filter(({ sample }) => !copies.has(sample));
      return leader && confidenceOf(evidence, leader.canonical, options);
    },
    forgetScores() {
      cast = cast.map((vote) => ({ ...vote, score: undefined }));
    },
  };
}
