import type Fraction from "fraction.js";
import {
  derivativeOf,
  dividePolynomials,
  gcdPolynomials,
  negatePolynomial,
  type Polynomial,
  polynomialAt,
} from "./polynomial.ts";
import { numeratorOf } from "./rational.ts";

/** The polynomial with the same roots, each once. */
export function squareFree(p: Polynomial): Polynomial {
  if (p.length <= 1) return p;
  return dividePolynomials(p, gcdPolynomials(p, derivativeOf(p))).quotient;
}

/** `p` without the roots it shares with `q`. */
export function withoutRootsOf(p: Polynomial, q: Polynomial): Polynomial {
  let rest = p;
  for (let common = gcdPolynomials(rest, q); common.length > 1; common = gcdPolynomials(rest, q)) {
    rest = dividePolynomials(rest, common).quotient;
  }
  return rest;
}

function signOf(value: Fraction): number {
  const n = numeratorOf(value);
  return n > 0n ? 1 : n < 0n ? -1 : 0;
}

function signChanges(signs: readonly number[]): number {
  const nonZero = signs.filter((sign) => sign !== 0);
  return nonZero.filter((sign, index) => index > 0 && sign !== nonZero[index - 1]).length;
}

/** How many distinct real roots a polynomial other than zero has, exactly, by Sturm's theorem. */
export function countRealRoots(p: Polynomial): number {
  if (p.length <= 1) return 0;
  const chain: Polynomial[] = [p, derivativeOf(p)];
  for (;;) {
    const [a, b] = [chain.at(-2) as Polynomial, chain.at(-1) as Polynomial];
    if (b.length <= 1) break;
    const rest = dividePolynomials(a, b).rest;
    if (rest.length === 0) break;
    const lead = (rest.at(-1) as Fraction).abs();
    chain.push(negatePolynomial(rest.map((c) => c.div(lead))));
  }
  const atInfinity = chain.map((q) => signOf(q.at(-1) as Fraction));
  const atMinusInfinity = chain.map((q, index) => (atInfinity[index] as number) * (q.length % 2 === 0 ? -1 : 1));
  return signChanges(atMinusInfinity) - signChanges(atInfinity);
}

/** Whether a square-free polynomial has a root in [low, high], seen by its signs at the ends. */
export function hasRootBetween(p: Polynomial, low: Fraction, high: Fraction): boolean {
  return signOf(polynomialAt(p, low)) * signOf(polynomialAt(p, high)) <= 0;
}
