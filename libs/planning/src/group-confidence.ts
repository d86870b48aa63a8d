/** Part of a chain that a group is; DeepConf's 2,048 tokens are about a tenth of its chains. */
const GROUP_SHARE = 0.1;
/** No group is smaller: one odd token says little. */
const LEAST_GROUP = 4;

/** How sure a model was of what it wrote, in mean log-probability a token, in nats, <= 0. */
export interface GroupConfidence {
  /** Of the group that it was least sure of. */
  readonly lowest: number;
  /** Mean of the tenth of the groups that it was least sure of. */
  readonly bottom: number;
  /** Of the last group. */
  readonly tail: number;
  /** Of all tokens. */
  readonly mean: number;
}

/**
 * Confidence of groups of tokens (DeepConf, Fu et al., arXiv 2508.15260, section 3): means over a window that slides over the
 * chain by one token, here of the log-probabilities of the tokens chosen, since not every backend tells the others'. The window
 * is a tenth of the chain, at least 4 tokens, all of a shorter one. `undefined` where there are no tokens.
 */
export function groupConfidence(logprobs: readonly number[]): GroupConfidence | undefined {
  const count = logprobs.length;
  if (count === 0) return undefined;
  const size = Math.min(count, Math.max(LEAST_GROUP, Math.ceil(GROUP_SHARE * count)));
  const groups: number[] = [];
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    sum += logprobs[i] as number;
    if (i >= size) sum -= logprobs[i - size] as number;
    if (i >= size - 1) groups.push(Math.min(0, sum / size));
  }
  const sorted = [...groups].sort((a, b) => a - b);
  const least = sorted.slice(0, Math.max(1, Math.ceil(sorted.length / 10)));
  return {
    lowest: sorted[0] as number,
    bottom: least.reduce((total, value) => total + value, 0) / least.length,
    tail: groups.at(-1) as number,
    mean: logprobs.reduce((total, value) => total + value, 0) / count,
  };
}
