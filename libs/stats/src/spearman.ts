/** Ranks from 1, ties sharing the mean of theirs ("fractional" ranks). */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1;
    for (let i = start; i < end; i += 1) ranks[order[i] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Spearman's rank correlation of two lists of the same length: Pearson's of their ranks, ties sharing ranks (American Journal
 * of Psychology 15, 1904); in [-1, 1]. `undefined` under two pairs, or where one list holds a single value. Throws
 * `RangeError` for lists of different lengths.
 */
export function spearman(first: readonly number[], second: readonly number[]): number | undefined {
  if (first.length !== second.length) {
    throw new RangeError(`a correlation needs lists of one length, got ${first.length} and ${second.length}`);
  }
  const [a, b] = [ranksOf(first), ranksOf(second)];
  // The mean rank is the same in both, whatever the ties.
  const centre = (first.length + 1) / 2;
  let [together, ofFirst, ofSecond] = [0, 0, 0];
  a.forEach((rank, i) => {
    const [x, y] = [rank - centre, (b[i] as number) - centre];
    together += x * y;
    ofFirst += x * x;
    ofSecond += y * y;
  });
  return ofFirst === 0 || ofSecond === 0 ? undefined : together / Math.sqrt(ofFirst * ofSecond);
}
