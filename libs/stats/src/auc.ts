/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, ties counted as half
 * (Mann and Whitney, 1947), from ranks. `undefined` where either class is empty.
 */
export function auc(items: readonly { readonly score: number; readonly positive: boolean }[]): number | undefined {
  const sorted = [...items].sort((a, b) => a.score - b.score);
  const positives = items.filter((item) => item.positive).length;
  const negatives = items.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  let rankSum = 0;
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    let tiedPositives = 0;
    while (end < sorted.length && sorted[end]?.score === sorted[i]?.score) {
      if (sorted[end]?.positive) tiedPositives += 1;
      end += 1;
    }
    rankSum += tiedPositives * ((i + 1 + end) / 2);
    i = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
