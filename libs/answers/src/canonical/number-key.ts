import type Fraction from "fraction.js";
import { formatRational, rational, simplestBetween, toNumber } from "../math/rational.ts";
import { approximate, approxOf, exactValue, isZero, type Value } from "../math/value.ts";

/** Significant digits to which irrational values are compared. */
const DIGITS = 10;

const RESOLUTION = 1e12;

/**
 * The fraction with the smallest denominator q between two doubles, if it is no accident that there is one: the chance of a
 * denominator up to q in an interval of width w is about q^2 w, and must stay below `chance`.
 */
function simpleWithin(low: number, high: number, chance: number): Fraction | undefined {
  if (!(low > 0) || high > 1e6) return undefined;
  const scale = BigInt(RESOLUTION);
  const bottom = BigInt(Math.round(low * RESOLUTION));
  const top = BigInt(Math.round(high * RESOLUTION));
  const simple = simplestBetween(rational(bottom, scale), rational(top > bottom ? top : bottom + 1n, scale));
  return Number(simple.d) ** 2 * (high - low) <= chance && simple.n > 0n ? simple : undefined;
}

/**
 * The key of a number, equal for numbers that are equal: `n/d` in lowest terms where it is rational, `≈` and ten significant
 * digits where it is not. An approximate value that ten digits cannot tell from a simple fraction has that fraction's key, so
 * that sqrt(2) * sqrt(2) is 2.
 */
export function numberKey(value: Value): string {
  if (value.exact !== undefined) return formatRational(value.exact);
  if (isZero(value)) return "0";
  const size = Math.abs(value.approx);
  const simple = simpleWithin(size * (1 - 5e-11), size * (1 + 5e-11), 1e-4);
  if (simple !== undefined) return formatRational(value.approx < 0 ? simple.neg() : simple);
  return `≈${value.approx.toPrecision(DIGITS)}`;
}

/**
 * What a written decimal stands for. People and models write 1/3 as 0.333 and pi as 3.14, so a decimal whose last digits can
 * only be the rounding (or, from three decimals on, the cut) of something simple is read as that: a fraction p/q with
 * 10 q^2 <= 10^decimals, a rational multiple of pi, or a square root. Decimals of nine and more places are printed doubles
 * (0.30000000000000004) and hold for ten digits. Everything else is exact: 0.5, 0.12, 17.3, 2.999. A function of the literal
 * alone, so that equality of what comes out is an equivalence relation.
 */
export function readDecimal(value: Fraction, decimals: number): Value {
  if (value.d === 1n) return exactValue(value);
  const size = value.abs();
  if (decimals >= 9 && size.n < 10_000n * size.d) {
    const approx = toNumber(value);
    return approximate(approx, Math.abs(approx) * 1e-13) ?? exactValue(value);
  }
  if (decimals < 2 || (decimals === 2 && size.n < size.d)) return exactValue(value);
  const found = asFraction(size, decimals) ?? asPiMultiple(size, decimals) ?? asSquareRoot(size, decimals);
  if (found === undefined) return exactValue(value);
  if (value.s > 0n) return found;
  return found.exact === undefined ? { approx: -found.approx, error: found.error } : exactValue(found.exact.neg());
}

function asFraction(size: Fraction, decimals: number): Value | undefined {
  const ulp = rational(1n, 10n ** BigInt(decimals));
  const low = size.sub(ulp.div(2n));
  const high = decimals >= 3 ? size.add(ulp) : size.add(ulp.div(2n));
  if (low.s < 0n) return undefined;
  const simple = simplestBetween(low, high);
  return 10n * simple.d * simple.d <= 10n ** BigInt(decimals) ? exactValue(simple) : undefined;
}

function asPiMultiple(size: Fraction, decimals: number): Value | undefined {
  const [x, half] = [toNumber(size), 10 ** -decimals / 2];
  const multiple = simpleWithin((x - half) / Math.PI, (x + half) / Math.PI, 0.01);
  return multiple === undefined ? undefined : approximate(toNumber(multiple) * Math.PI);
}

function asSquareRoot(size: Fraction, decimals: number): Value | undefined {
  if (decimals < 3) return undefined;
  const [x, half] = [toNumber(size), 10 ** -decimals / 2];
  const radicand = simpleWithin((x - half) ** 2, (x + half) ** 2, 0.03);
  return radicand === undefined ? undefined : approximate(Math.sqrt(toNumber(radicand)));
}

/** Order of values in canonical sets. */
export function compareValues(a: Value, b: Value): number {
  if (a.exact !== undefined && b.exact !== undefined) return a.exact.compare(b.exact);
  return approxOf(a) - approxOf(b);
}
