/** Most samples for which binomial coefficients stay finite in a double: C(1000, 500) is 2.7e299. */
const MAX_SAMPLES = 1000;

/** How the samples of one problem fell. */
export interface VoteCounts {
  /** Samples with the right answer; >= 0. */
  readonly right: number;
  /** Samples of each wrong answer; >= 0 each. */
  readonly wrong: readonly number[];
  /** Samples without an answer: they are drawn, but cast no vote. Default 0. */
  readonly blank?: number;
}

function chooseRow(n: number, top: number): number[] {
  const row = [1];
  for (let j = 1; j <= Math.min(n, top); j += 1) row.push(((row[j - 1] as number) * (n - j + 1)) / j);
  return row;
}

/**
 * Exact maj@k: the probability that the majority of k samples drawn without replacement is right, a tie counted as one
 * over the number of tied answers. The expectation over all C(n, k) subsets, by a sum over how often the right answer is
 * drawn and a convolution over the wrong ones; no subset is enumerated. Throws `RangeError` unless 1 <= k <= n <= 1000.
 */
export function majAtK(counts: VoteCounts, k: number): number {
  const { right, wrong, blank = 0 } = counts;
  const n = wrong.reduce((sum, count) => sum + count, right + blank);
  if (n > MAX_SAMPLES) throw new RangeError(`maj@k takes at most ${MAX_SAMPLES} samples, got ${n}`);
  if (!(k >= 1 && k <= n)) throw new RangeError(`k must be in [1, ${n}], got ${k}`);
  const rights = chooseRow(right, k);
  const blanks = chooseRow(blank, k);
  const rows = wrong.map((count) => chooseRow(count, k));
  const total = chooseRow(n, k)[k] as number;
  let sum = 0;
  for (let m = 1; m < rights.length; m += 1) {
    sum += ((rights[m] as number) * winsWith(m, rows, blanks, k - m)) / total;
  }
  return Math.min(1, sum);
}

/** Ways to draw `rest` wrong and blank samples with no wrong answer above `m`, each divided by the number of answers at the top. */
function winsWith(m: number, rows: readonly number[][], blanks: readonly number[], rest: number): number {
  const maxTies = Math.floor(rest / m);
  // ways[t][d]: draws of d samples in which t wrong answers have exactly m.
  let ways = Array.from({ length: maxTies + 1 }, () => new Float64Array(rest + 1));
  const start = ways[0] as Float64Array;
  for (let d = 0; d <= Math.min(rest, blanks.length - 1); d += 1) start[d] = blanks[d] as number;
  for (const row of rows) {
    const next = ways.map(() => new Float64Array(rest + 1));
    ways.forEach((byDrawn, ties) => {
      byDrawn.forEach((count, drawn) => {
        if (count === 0) return;
        for (let j = 0; j < row.length && j <= m && drawn + j <= rest; j += 1) {
          const into = next[j === m ? ties + 1 : ties];
          if (into) into[drawn + j] = (into[drawn + j] as number) + count * (row[j] as number);
        }
      });
    });
    ways = next;
  }
  return ways.reduce((sum, byDrawn, ties) => sum + (byDrawn[rest] as number) / (ties + 1), 0);
}
