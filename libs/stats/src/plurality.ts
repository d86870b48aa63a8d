import type { PitmanYor } from "./pitman-yor.ts";

/** Chances by how the largest kind of answer stands to a number of rivals' votes. */
export interface PluralityTable {
  /** Chance that `right` votes win over `wrong` other ones, a tie counted as one over the number at the top. */
  wins(right: number, wrong: number): number;
  /** Chance that the most frequent kind among `wrong` answers was given exactly `size` times. */
  largest(size: number, wrong: number): number;
}

/**
 * How votes that follow a Pitman-Yor process stand to one rival, exactly. The exponential generating function of partitions with all kinds
 * smaller than m is F = (1 - d g)^(-c / d), g(x) = sum_{j<m} (1 - d)_{j-1} x^j / j!, with coefficients by
 *   n f_n = sum_{j<m} g_j f_{n-j} (c j + d (n - j)),
 * and t kinds of size m turn c into c + t d and add (c | d)_t g_m^t / t!. The probability is n! f_n / (c)_n. From Pitman's partition formula (1995);
 * d = 0 is the Ewens case. Values are computed when first asked for.
 */
export function createPluralityTable({ concentration, discount }: PitmanYor): PluralityTable {
  const g: number[] = [0, 1];
  const weight = (j: number): number => {
    for (let i = g.length; i <= j; i += 1) g.push(((g[i - 1] as number) * (i - 1 - discount)) / i);
    return g[j] as number;
  };
  // n! / (c)_n
  const scales: number[] = [1];
  const scale = (n: number): number => {
    for (let i = scales.length; i <= n; i += 1) scales.push(((scales[i - 1] as number) * i) / (concentration + i - 1));
    return scales[n] as number;
  };
  const series = new Map<number, number[]>();
  /** f_n of partitions with all kinds smaller than `m`, t of size m apart. */
  const coefficient = (m: number, t: number, n: number): number => {
    const key = m * 4096 + t;
    const f = series.get(key) ?? [1];
    series.set(key, f);
    const c = concentration + t * discount;
    for (let i = f.length; i <= n; i += 1) {
      let sum = 0;
      for (let j = 1; j < m && j <= i; j += 1) sum += weight(j) * (f[i - j] as number) * (c * j + discount * (i - j));
      f.push(sum / i);
    }
    return f[n] as number;
  };
  const below = (m: number, wrong: number) => coefficient(m, 0, wrong) * scale(wrong);
  return {
    wins(right, wrong) {
      if (right === 0) return 0;
      let sum = 0;
      let ties = 1;
      for (let t = 0; t * right <= wrong; t += 1) {
        sum += (ties / (t + 1)) * coefficient(right, t, wrong - t * right);
        ties *= ((concentration + t * discount) * weight(right)) / (t + 1);
      }
      return Math.min(1, sum * scale(wrong));
    },
    largest(size, wrong) {
      if (wrong === 0) return size === 0 ? 1 : 0;
      if (size === 0) return 0;
      return Math.max(0, below(size + 1, wrong) - below(size, wrong));
    },
  };
}

/** Factorials beyond this do not fit a double. */
const MAX_DRAWS = 170;

/**
 * The chance that the majority of k samples is right where each answer's probability is known: drawn with replacement, ties counted as
 * one over the number at the top. `right` and `wrong` are probabilities; what is missing to 1 gives no answer. The multinomial sum, by convolution.
 * Tends to 1 or 0 with k as the likeliest answer is right or not. Throws `RangeError` unless 1 <= k <= 170, and for probabilities that add up to more than 1.
 */
export function majorityOfDistribution(right: number, wrong: readonly number[], k: number): number {
  const blank = 1 - wrong.reduce((sum, p) => sum + p, right);
  if (!(k >= 1 && k <= MAX_DRAWS)) throw new RangeError(`k must be in [1, ${MAX_DRAWS}], got ${k}`);
  if (blank < -1e-9) throw new RangeError(`probabilities add up to ${1 - blank}, more than 1`);
  let total = 0;
  let own = 1;
  for (let m = 1; m <= k; m += 1) {
    own *= (right * (k - m + 1)) / m;
    if (own > 0) total += own * othersBelow(m, wrong, Math.max(0, blank), k - m);
  }
  return Math.min(1, total);
}

/** Chance weight of `rest` draws with no wrong answer above m, by the number that have exactly m; terms p^j rest! / j!. */
function othersBelow(m: number, wrong: readonly number[], blank: number, rest: number): number {
  const factor = (p: number, top: number) => {
    const row = [1];
    for (let j = 1; j <= top; j += 1) row.push(((row[j - 1] as number) * p) / j);
    return row;
  };
  let byTies = [factor(blank, rest)];
  for (const p of wrong) {
    const row = factor(p, Math.min(m, rest));
    const next = [...byTies, []].map(() => new Array<number>(rest + 1).fill(0));
    byTies.forEach((ways, ties) => {
      ways.forEach((way, drawn) => {
        if (way === 0) return;
        for (let j = 0; j < row.length && drawn + j <= rest; j += 1) {
          const into = next[j === m ? ties + 1 : ties] as number[];
          into[drawn + j] = (into[drawn + j] as number) + way * (row[j] as number);
        }
      });
    });
    byTies = next;
  }
  let factorial = 1;
  for (let i = 2; i <= rest; i += 1) factorial *= i;
  return factorial * byTies.reduce((sum, ways, ties) => sum + (ways[rest] ?? 0) / (ties + 1), 0);
}
