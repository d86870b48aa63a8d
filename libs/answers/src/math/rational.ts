import Fraction from "fraction.js";

/** Numerators and denominators of exact arithmetic hold at most this many bits; beyond it a result is unknown. */
export const MAX_BITS = 1024;

const HUGE = 1n << BigInt(MAX_BITS);

/** n / d in lowest terms; d must not be 0. */
export function rational(n: bigint | number, d: bigint | number = 1n): Fraction {
  return new Fraction(BigInt(n), BigInt(d));
}

/** Numerator with its sign. */
export function numeratorOf(value: Fraction): bigint {
  return value.s * value.n;
}

/** The value, or `undefined` where it has outgrown `MAX_BITS`. */
export function bounded(value: Fraction): Fraction | undefined {
  return value.n < HUGE && value.d < HUGE ? value : undefined;
}

/** Whether the denominator is 1. */
export function isInteger(value: Fraction): boolean {
  return value.d === 1n;
}

/** `7`, `-3/4`. */
export function formatRational(value: Fraction): string {
  return value.d === 1n ? `${numeratorOf(value)}` : `${numeratorOf(value)}/${value.d}`;
}

/** The nearest double; infinite where it is out of range. */
export function toNumber(value: Fraction): number {
  const longest = Math.max(value.n.toString(16).length, value.d.toString(16).length);
  if (longest <= 250) return (Number(value.s) * Number(value.n)) / Number(value.d);
  const top = value.n.toString(2).length;
  const bottom = value.d.toString(2).length;
  const [cutTop, cutBottom] = [Math.max(0, top - 64), Math.max(0, bottom - 64)];
  const ratio = Number(value.n >> BigInt(cutTop)) / Number(value.d >> BigInt(cutBottom));
  return Number(value.s) * ratio * 2 ** (cutTop - cutBottom);
}

/** Largest integer whose square is at most n (n >= 0), by Newton's method. */
export function integerSqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** The exact square root, or `undefined` where it is irrational or not real. */
export function exactSqrt(value: Fraction): Fraction | undefined {
  if (value.s < 0n && value.n !== 0n) return undefined;
  const [n, d] = [integerSqrt(value.n), integerSqrt(value.d)];
  return n * n === value.n && d * d === value.d ? rational(n, d) : undefined;
}

/** base^exponent for an integer exponent; `undefined` for 0 to a negative power and for results beyond `MAX_BITS`. */
export function exactPower(base: Fraction, exponent: bigint): Fraction | undefined {
  if (base.n === 0n) return exponent > 0n ? base : exponent === 0n ? rational(1n) : undefined;
  const size = exponent < 0n ? -exponent : exponent;
  const bits = BigInt(Math.max(base.n.toString(2).length, base.d.toString(2).length) - 1);
  if (size > BigInt(MAX_BITS) || bits * size > BigInt(MAX_BITS)) {
    if (base.n !== 1n || base.d !== 1n) return undefined;
    return rational(base.s < 0n && size % 2n === 1n ? -1n : 1n);
  }
  const [n, d] = [numeratorOf(base) ** size, base.d ** size];
  return exponent < 0n ? rational(n < 0n ? -d : d, n < 0n ? -n : n) : rational(n, d);
}

/** The fraction with the smallest denominator strictly between `low` and `high` (0 <= low < high), by continued fractions. */
export function simplestBetween(low: Fraction, high: Fraction): Fraction {
  const whole = low.n / low.d;
  if (rational(whole + 1n).lt(high)) return rational(whole + 1n);
  const base = rational(whole);
  const [lowRest, highRest] = [low.sub(base), high.sub(base)];
  if (lowRest.n === 0n) {
    const denominator = highRest.d / highRest.n + 1n;
    return base.add(rational(1n, denominator));
  }
  return base.add(simplestBetween(highRest.inverse(), lowRest.inverse()).inverse());
}
