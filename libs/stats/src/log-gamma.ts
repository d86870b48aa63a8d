/** Coefficients of Lanczos' approximation with g = 607/128, 15 terms (Godfrey's set); about 1e-15 relative for x > 0. */
const G = 607 / 128;
const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  0.00003399464998481189, 0.00004652362892704858, -0.00009837447530487956, 0.0001580887032249125,
  -0.00021026444172410488, 0.00021743961811521265, -0.0001643181065367639, 0.00008441822398385275,
  -0.000026190838401581408, 0.0000036899182659531625,
] as const;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Natural logarithm of the gamma function for x > 0, by Lanczos' series (SIAM J. Numer. Anal. B 1, 1964). Throws
 * `RangeError` for x <= 0 or NaN.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`log-gamma is defined for x > 0, got ${x}`);
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0] as number;
  for (let i = 1; i < LANCZOS.length; i += 1) sum += (LANCZOS[i] as number) / (z + i);
  const t = z + G + 0.5;
  return HALF_LOG_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Above this Stirling's series is exact to a double with the terms below. */
const STIRLING_FROM = 10;
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360] as const;

/** ln gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2), for x >= 10 (DLMF 5.11.1). */
function stirlingRest(x: number): number {
  const square = 1 / (x * x);
  return STIRLING.reduceRight((sum, term) => sum * square + term, 0) / x;
}

/**
 * Natural logarithm of x^a (1 - x)^b / B(a, b), for a, b > 0 and x in (0, 1): the front factor of the incomplete beta
 * function. Large a and b go through Stirling's series, in which the large terms cancel before they lose digits.
 */
export function logBetaKernel(x: number, a: number, b: number): number {
  if (a < STIRLING_FROM || b < STIRLING_FROM) return a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  const sum = a + b;
  const rest = stirlingRest(sum) - stirlingRest(a) - stirlingRest(b);
  const scale = 0.5 * Math.log((a / sum) * b) - HALF_LOG_TWO_PI;
  return a * Math.log(x * (sum / a)) + b * Math.log((1 - x) * (sum / b)) + scale + rest;
}

/** Natural logarithm of the beta function B(a, b), for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
