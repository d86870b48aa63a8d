/** Effective sample size of weights >= 0: (sum w)^2 / sum w^2, from 1 to their number; 0 where all are 0 (Kish). */
export function effectiveSize(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0);
  return squares > 0 ? sum ** 2 / squares : 0;
}

/**
 * Systematic resampling: how often each of n weights >= 0 is drawn in n draws, by one uniform `u` in [0, 1). Each count is the
 * floor or the ceiling of n w_i / sum w, its mean exactly that (Douc, Cappé and Moulines 2005, section 2.4). Once each where
 * all weights are 0.
 */
export function systematicCounts(weights: readonly number[], u: number): number[] {
  const n = weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) return weights.map(() => 1);
  const counts = weights.map(() => 0);
  let place = 0;
  let upTo = (weights[0] ?? 0) / sum;
  for (let draw = 0; draw < n; draw += 1) {
    const at = (draw + u) / n;
    // The last weight > 0 takes what rounding left over.
    while (at >= upTo && place < n - 1) {
      place += 1;
      upTo += (weights[place] as number) / sum;
    }
    counts[place] = (counts[place] as number) + 1;
  }
  return counts;
}

/**
 * The weights to the largest power in (0, 1] at which their effective size is at least `least`: an early, over-confident
 * verifier keeps its order and loses its sharpness (entropic annealing). By bisection to 1e-6; weights > 0.
 */
export function tempered(weights: readonly number[], least: number): number[] {
  const to = (power: number) => weights.map((weight) => weight ** power);
  if (effectiveSize(weights) >= least) return [...weights];
  let low = 0;
  let high = 1;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (effectiveSize(to(middle)) >= least) low = middle;
    else high = middle;
  }
  return to(low);
}
