/** One signal that a difficulty came from; value and weight in [0, 1], higher values are harder. */
export interface Signal {
  readonly name: "length" | "vocabulary" | "syntactic_depth" | "domain" | "history";
  readonly value: number;
  readonly weight: number;
  /** What was measured, in words. */
  readonly detail: string;
}

/** Probability in [0, 1] that one sample is wrong, with its signals and the Beta prior on P(one sample is right). */
export interface Difficulty {
  readonly score: number;
  readonly signals: readonly Signal[];
  /** Pseudo-count of right samples, > 0. */
  readonly priorAlpha: number;
  /** Pseudo-count of wrong samples, > 0. */
  readonly priorBeta: number;
  /** Outcomes of similar past problems behind the history signal. */
  readonly historyCount: number;
  /** Outcomes that the weights and the prior were learned from; absent or 0: none, they are the start's. */
  readonly learnedOutcomes?: number;
  /** Labelled questions that they were trained on before. */
  readonly trainedQuestions?: number;
  /** True when the client set the score itself. */
  readonly overridden: boolean;
}
