import { createPrng } from "@reckon/stats";

/** A sample as a weighted vote sees it; without a cluster it has no vote. */
export interface VotingSample {
  readonly cluster: number | undefined;
  readonly weight: number;
  readonly correct: boolean;
}

/** How many subsets are looked at: all where there are at most `most`, else `draws` seeded ones. */
export interface SubsetOptions {
  readonly most?: number;
  readonly draws?: number;
  readonly seed?: number;
}

/**
 * The chance that the cluster with the largest sum of weights among k samples, drawn without replacement, is right; a tie counts
 * as the mean over the clusters at the top, a subset without a vote as wrong. Exact up to 5,000 subsets, else the mean over
 * 1,000 draws with a fixed seed. Throws `RangeError` unless 1 <= k <= n.
 */
export function voteAtK(samples: readonly VotingSample[], k: number, options: SubsetOptions = {}): number {
  const { most = 5000, draws = 1000, seed = 1 } = options;
  const n = samples.length;
  if (!(k >= 1 && k <= n)) throw new RangeError(`k must be in [1, ${n}], got ${k}`);
  let sum = 0;
  let subsets = 0;
  const indices = Array.from({ length: n }, (_, i) => i);
  for (const subset of choose(n, k) <= most ? combinations(n, k) : randomSubsets(indices, k, draws, seed)) {
    sum += winsIn(samples, subset);
    subsets += 1;
  }
  return sum / subsets;
}

function winsIn(samples: readonly VotingSample[], subset: readonly number[]): number {
  const weights = new Map<number, number>();
  let right = -1;
  for (const index of subset) {
    const { cluster, weight, correct } = samples[index] as VotingSample;
    if (cluster === undefined) continue;
    weights.set(cluster, (weights.get(cluster) ?? 0) + weight);
    if (correct) right = cluster;
  }
  const top = Math.max(...weights.values());
  const own = weights.get(right);
  if (own === undefined || own < top) return 0;
  return 1 / [...weights.values()].filter((weight) => weight === top).length;
}

function choose(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i += 1) value = (value * (n - k + i)) / i;
  return Math.round(value);
}

function* combinations(n: number, k: number): Generator<readonly number[]> {
  const subset = Array.from({ length: k }, (_, i) => i);
  for (;;) {
    yield subset;
    let place = k - 1;
    while (place >= 0 && subset[place] === n - k + place) place -= 1;
    if (place < 0) return;
    subset[place] = (subset[place] as number) + 1;
    for (let i = place + 1; i < k; i += 1) subset[i] = (subset[i - 1] as number) + 1;
  }
}

function* randomSubsets(
  indices: readonly number[],
  k: number,
  draws: number,
  seed: number,
): Generator<readonly number[]> {
  const random = createPrng(seed);
  for (let i = 0; i < draws; i += 1) yield random.shuffle(indices).slice(0, k);
}
