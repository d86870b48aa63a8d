/** A sample as a selector sees it. */
export interface ScoredSample {
  readonly score: number;
  readonly correct: boolean;
}

/**
 * The chance that the best-scored of k samples, drawn without replacement, is right: samples sorted by score, rising,
 * sum over ranks r of correct(r) C(r-1, k-1) / C(n, k); samples of equal score share the mean of their ranks' weights.
 * Throws `RangeError` unless 1 <= k <= n.
 */
export function bestAtK(samples: readonly ScoredSample[], k: number): number {
  const n = samples.length;
  if (!(k >= 1 && k <= n)) throw new RangeError(`k must be in [1, ${n}], got ${k}`);
  const sorted = [...samples].sort((a, b) => a.score - b.score);
  const weights = rankWeights(n, k);
  let sum = 0;
  for (let i = 0; i < n; ) {
    let end = i;
    while (end < n && sorted[end]?.score === sorted[i]?.score) end += 1;
    const right = sorted.slice(i, end).filter((sample) => sample.correct).length;
    const weight = weights.slice(i, end).reduce((total, w) => total + w, 0);
    sum += (weight * right) / (end - i);
    i = end;
  }
  return sum;
}

/** Probability that the sample of each rank, lowest first, is the best of k of n. */
function rankWeights(n: number, k: number): number[] {
  const weights = new Array<number>(n).fill(0);
  // From the top down: the best of all is drawn with k/n; rank r is the best if it is drawn and none above it is.
  let noneAbove = 1;
  for (let rank = n; rank >= k; rank -= 1) {
    const drawn = k / rank;
    weights[rank - 1] = noneAbove * drawn;
    noneAbove *= 1 - drawn;
  }
  return weights;
}
