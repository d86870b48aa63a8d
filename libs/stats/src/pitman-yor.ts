import { logGamma } from "./log-gamma.ts";
import { minimise } from "./minimise.ts";

/**
 * How answers coincide: a Pitman-Yor process. After n answers of m kinds, the next is a new one with probability
 * (concentration + discount m) / (concentration + n), and one seen j times with (j - discount) / (concentration + n). Discount 0 is
 * the Chinese restaurant process (Ewens).
 */
export interface PitmanYor {
  /** > 0. */
  readonly concentration: number;
  /** In [0, 1). */
  readonly discount: number;
}

/**
 * Log-probability that n answers fall into kinds of these sizes (Pitman, Probab. Theory Relat. Fields 102, 1995, equation 16):
 * prod_{i<m} (concentration + i discount) prod_j (1 - discount)_{n_j - 1} / (concentration)_n, of one set partition. Sizes of 0 do not count.
 */
export function pitmanYorLogProbability(sizes: readonly number[], { concentration, discount }: PitmanYor): number {
  let kinds = 0;
  let total = 0;
  let log = 0;
  for (const size of sizes) {
    if (size === 0) continue;
    log += Math.log(concentration + kinds * discount) + logRising(1 - discount, size - 1);
    kinds += 1;
    total += size;
  }
  return log - logRising(concentration, total);
}

/** ln of x (x + 1) ... (x + n - 1). */
function logRising(x: number, n: number): number {
  if (n > 32) return logGamma(x + n) - logGamma(x);
  let product = 1;
  for (let i = 0; i < n; i += 1) product *= x + i;
  return Math.log(product);
}

/** Priors that keep little data from the edges: about one answer's worth. */
const penalty = (logConcentration: number, logitDiscount: number) =>
  0.02 * (logConcentration * logConcentration + logitDiscount * logitDiscount);

/**
 * The process that makes recorded answers likeliest; each partition has the sizes of the kinds of answers to one problem. Maximum likelihood by the
 * simplex method over ln(concentration) and logit(discount), with a weak pull (normal, variance 25) to 1 and 1/2. `undefined` where no problem has two answers, which alone tell.
 */
export function fitPitmanYor(partitions: readonly (readonly number[])[]): PitmanYor | undefined {
  const cells = new Map<string, { sizes: readonly number[]; count: number }>();
  for (const partition of partitions) {
    const sizes = partition.filter((size) => size > 0).sort((a, b) => b - a);
    if (sizes.reduce((sum, size) => sum + size, 0) < 2) continue;
    const key = sizes.join(",");
    cells.set(key, { sizes, count: (cells.get(key)?.count ?? 0) + 1 });
  }
  if (cells.size === 0) return undefined;
  const all = [...cells.values()];
  const read = (at: readonly number[]): PitmanYor => ({
    concentration: Math.exp(Math.min(9, Math.max(-9, at[0] ?? 0))),
    discount: 1 / (1 + Math.exp(Math.min(9, Math.max(-9, -(at[1] ?? 0))))),
  });
  const loss = (at: readonly number[]) => {
    const process = read(at);
    const fit = all.reduce((sum, { sizes, count }) => sum + count * pitmanYorLogProbability(sizes, process), 0);
    return penalty(at[0] ?? 0, at[1] ?? 0) - fit;
  };
  return read(minimise(loss, [0, 0], { tolerance: 1e-12 }));
}
