import type Fraction from "fraction.js";
import type { Expression } from "./expression.ts";
import { bounded, isInteger, numeratorOf, rational } from "./rational.ts";

/** Coefficients of a polynomial in one variable, the constant first, the last one not 0; zero is the empty list. */
export type Polynomial = readonly Fraction[];

/** A quotient of two polynomials. */
export interface RationalFunction {
  readonly top: Polynomial;
  readonly bottom: Polynomial;
}

const MAX_DEGREE = 16;
const ZERO = rational(0n);
const ONE: Polynomial = [rational(1n)];

/** Thrown where degree or coefficients outgrow the limits; caught by `withinLimits`. */
class TooLarge extends Error {}

/** The result, or `undefined` where degree 16 or 1,024-bit coefficients do not suffice. */
export function withinLimits<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (thrown) {
    if (thrown instanceof TooLarge) return undefined;
    throw thrown;
  }
}

function trimmed(coefficients: readonly Fraction[]): Polynomial {
  let length = coefficients.length;
  while (length > 0 && coefficients[length - 1]?.n === 0n) length -= 1;
  if (length > MAX_DEGREE + 1) throw new TooLarge();
  if (!coefficients.every((c) => bounded(c) !== undefined)) throw new TooLarge();
  return coefficients.slice(0, length);
}

/** a + b; throws `TooLarge` where the coefficients outgrow their limit. */
export function addPolynomials(a: Polynomial, b: Polynomial): Polynomial {
  const length = Math.max(a.length, b.length);
  return trimmed(Array.from({ length }, (_, index) => (a[index] ?? ZERO).add(b[index] ?? ZERO)));
}

/** -p. */
export function negatePolynomial(p: Polynomial): Polynomial {
  return p.map((c) => c.neg());
}

/** a * b; throws `TooLarge` where the degree or the coefficients outgrow their limit. */
export function multiplyPolynomials(a: Polynomial, b: Polynomial): Polynomial {
  if (a.length === 0 || b.length === 0) return [];
  if (a.length + b.length > MAX_DEGREE + 2) throw new TooLarge();
  const product = Array.from({ length: a.length + b.length - 1 }, () => ZERO);
  for (const [i, x] of a.entries()) {
    for (const [j, y] of b.entries()) product[i + j] = (product[i + j] as Fraction).add(x.mul(y));
  }
  return trimmed(product);
}

/** Quotient and remainder; b must not be zero. */
export function dividePolynomials(a: Polynomial, b: Polynomial): { quotient: Polynomial; rest: Polynomial } {
  const lead = b.at(-1) as Fraction;
  const quotient = Array.from({ length: Math.max(0, a.length - b.length + 1) }, () => ZERO);
  let rest: Polynomial = a;
  while (rest.length >= b.length) {
    const shift = rest.length - b.length;
    const factor = (rest.at(-1) as Fraction).div(lead);
    quotient[shift] = factor;
    const next = rest.map((c, index) => (index < shift ? c : c.sub((b[index - shift] as Fraction).mul(factor))));
    rest = trimmed(next.slice(0, -1));
  }
  return { quotient: trimmed(quotient), rest };
}

/** The greatest common divisor with leading coefficient 1; zero only for two zeros. */
export function gcdPolynomials(a: Polynomial, b: Polynomial): Polynomial {
  let [x, y] = [a, b];
  while (y.length > 0) [x, y] = [y, monic(dividePolynomials(x, y).rest)];
  return monic(x);
}

function monic(p: Polynomial): Polynomial {
  const lead = p.at(-1);
  return lead === undefined ? p : trimmed(p.map((c) => c.div(lead)));
}

/** The first derivative. */
export function derivativeOf(p: Polynomial): Polynomial {
  return trimmed(p.slice(1).map((c, index) => c.mul(rational(index + 1))));
}

/** The value at x, by Horner's rule. */
export function polynomialAt(p: Polynomial, x: Fraction): Fraction {
  return p.reduceRight((sum, c) => sum.mul(x).add(c), ZERO);
}

function powerOf(base: RationalFunction, exponent: number): RationalFunction {
  const turned = exponent < 0 ? { top: base.bottom, bottom: base.top } : base;
  if (Math.abs(exponent) > MAX_DEGREE || turned.bottom.length === 0) throw new TooLarge();
  let result: RationalFunction = { top: ONE, bottom: ONE };
  for (let k = 0; k < Math.abs(exponent); k += 1) result = multiplyRationals(result, turned);
  return result;
}

function multiplyRationals(a: RationalFunction, b: RationalFunction): RationalFunction {
  return { top: multiplyPolynomials(a.top, b.top), bottom: multiplyPolynomials(a.bottom, b.bottom) };
}

function addRationals(a: RationalFunction, b: RationalFunction): RationalFunction {
  const top = addPolynomials(multiplyPolynomials(a.top, b.bottom), multiplyPolynomials(b.top, a.bottom));
  return { top, bottom: multiplyPolynomials(a.bottom, b.bottom) };
}

/**
 * The expression as a quotient of polynomials in `variable`; `undefined` where it is none (another variable, a root, an
 * irrational constant, a division by zero). May throw inside `withinLimits` only.
 */
export function toRationalFunction(expression: Expression, variable: string): RationalFunction | undefined {
  switch (expression.kind) {
    case "number":
      return { top: trimmed([expression.value]), bottom: ONE };
    case "variable":
      return expression.name === variable ? { top: [ZERO, rational(1n)], bottom: ONE } : undefined;
    case "negate": {
      const of = toRationalFunction(expression.of, variable);
      return of === undefined ? undefined : { ...of, top: negatePolynomial(of.top) };
    }
    case "percent": {
      const of = toRationalFunction(expression.of, variable);
      return of === undefined ? undefined : { ...of, bottom: multiplyPolynomials(of.bottom, [rational(100n)]) };
    }
    case "binary":
      return combineSides(expression, variable);
    default:
      return undefined;
  }
}

function combineSides(
  expression: Extract<Expression, { kind: "binary" }>,
  variable: string,
): RationalFunction | undefined {
  const left = toRationalFunction(expression.left, variable);
  const right = toRationalFunction(expression.right, variable);
  if (left === undefined || right === undefined) return undefined;
  switch (expression.op) {
    case "+":
      return addRationals(left, right);
    case "-":
      return addRationals(left, { ...right, top: negatePolynomial(right.top) });
    case "*":
      return multiplyRationals(left, right);
    case "/":
      return right.top.length === 0 ? undefined : multiplyRationals(left, { top: right.bottom, bottom: right.top });
    case "^": {
      if (right.top.length > 1 || right.bottom.length !== 1) return undefined;
      const exponent = (right.top[0] ?? ZERO).div(right.bottom[0] as Fraction);
      if (!isInteger(exponent) || exponent.n > 64n) return undefined;
      const size = Number(numeratorOf(exponent));
      return size <= 0 && left.top.length === 0 ? undefined : powerOf(left, size);
    }
  }
}
