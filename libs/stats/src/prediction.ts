/** A probability that was predicted, and what came true. */
export interface Prediction {
  /** In [0, 1]. */
  readonly probability: number;
  readonly correct: boolean;
}
