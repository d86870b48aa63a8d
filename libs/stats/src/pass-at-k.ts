/**
 * Unbiased estimate of pass@k, the probability that at least one of k samples is right, from n samples of which c are:
 * 1 - C(n-c, k) / C(n, k) (Chen et al., arXiv 2107.03374, equation 1), as a product. Throws `RangeError` unless
 * 0 <= c <= n and 1 <= k <= n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(c >= 0 && c <= n)) throw new RangeError(`right samples must be in [0, ${n}], got ${c}`);
  if (!(k >= 1 && k <= n)) throw new RangeError(`k must be in [1, ${n}], got ${k}`);
  if (n - c < k) return 1;
  let none = 1;
  for (let i = n - c + 1; i <= n; i += 1) none *= 1 - k / i;
  return 1 - none;
}
