/** From here on the asymptotic series below are exact to a double. */
const SERIES_FROM = 12;

function assertPositive(x: number, name: string): void {
  if (!(x > 0)) throw new RangeError(`${name} is defined for x > 0, got ${x}`);
}

/**
 * Digamma, the derivative of log-gamma, for x > 0: the recurrence up to 12, then the asymptotic series (DLMF 5.5.2, 5.11.2).
 * Throws `RangeError` for x <= 0 or NaN.
 */
export function digamma(x: number): number {
  assertPositive(x, "digamma");
  let shift = 0;
  let z = x;
  for (; z < SERIES_FROM; z += 1) shift += 1 / z;
  const s = 1 / (z * z);
  const series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - (s * 691) / 32_760)))));
  return Math.log(z) - 0.5 / z - series - shift;
}

/**
 * Trigamma, the second derivative of log-gamma, for x > 0, as `digamma` (DLMF 5.15.5, 5.15.8). Throws `RangeError` for x <= 0 or NaN.
 */
export function trigamma(x: number): number {
  assertPositive(x, "trigamma");
  let shift = 0;
  let z = x;
  for (; z < SERIES_FROM; z += 1) shift += 1 / (z * z);
  const s = 1 / (z * z);
  const series = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - (s * 691) / 2730)))));
  return shift + (1 + series) / z + s / 2;
}
