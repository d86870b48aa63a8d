import type Fraction from "fraction.js";
import type { BinaryOperator, FunctionName } from "./expression.ts";
import { bounded, exactPower, exactSqrt, isInteger, numeratorOf, rational, toNumber } from "./rational.ts";

/** A real number: exactly known, or a double with a bound on its absolute error. */
export type Value =
  | { readonly exact: Fraction }
  | { readonly exact?: undefined; readonly approx: number; readonly error: number };

const EPSILON = 2 ** -52;
const MAX_FACTORIAL = 170n;

/** A value that is known exactly. */
export function exactValue(value: Fraction): Value {
  return { exact: value };
}

/** An approximate value whose error is at least one rounding; `undefined` where it is not finite. */
export function approximate(approx: number, error = 0): Value | undefined {
  const bound = error + Math.abs(approx) * EPSILON;
  return Number.isFinite(approx) && Number.isFinite(bound) ? { approx, error: bound } : undefined;
}

/** The double nearest to the value. */
export function approxOf(value: Value): number {
  return value.exact === undefined ? value.approx : toNumber(value.exact);
}

function errorOf(value: Value): number {
  return value.exact === undefined ? value.error : Math.abs(toNumber(value.exact)) * EPSILON;
}

/** Whether an approximate value cannot be told from zero. */
export function isZero(value: Value): boolean {
  return value.exact === undefined ? Math.abs(value.approx) <= 8 * value.error : value.exact.n === 0n;
}

function exactBinary(op: BinaryOperator, a: Fraction, b: Fraction): Fraction | undefined {
  switch (op) {
    case "+":
      return bounded(a.add(b));
    case "-":
      return bounded(a.sub(b));
    case "*":
      return bounded(a.mul(b));
    case "/":
      return bounded(a.div(b));
    case "^":
      if (isInteger(b)) return exactPower(a, numeratorOf(b));
      if (b.d !== 2n) return undefined;
      return mapDefined(exactSqrt(a), (root) => exactPower(root, numeratorOf(b)));
  }
}

function mapDefined<A, B>(value: A | undefined, map: (value: A) => B): B | undefined {
  return value === undefined ? undefined : map(value);
}

function power(a: Value, b: Value): Value | undefined {
  const [x, y] = [approxOf(a), approxOf(b)];
  if (x === 0) return y > 0 ? exactValue(rational(0n)) : undefined;
  if (x < 0) {
    if (b.exact === undefined) return undefined;
    // An odd root of a negative number is real: (-8)^(1/3) = -2.
    if (b.exact.d % 2n === 0n) return undefined;
    const size = power({ approx: -x, error: errorOf(a) }, b);
    return size === undefined || b.exact.n % 2n === 0n ? size : negate(size);
  }
  const result = x ** y;
  return approximate(
    result,
    result * ((Math.abs(y) * errorOf(a)) / x + Math.abs(Math.log(x)) * errorOf(b) + 4 * EPSILON),
  );
}

/** a op b; `undefined` where it is not a real number (division by zero, an even root of a negative) or out of range. */
export function combine(op: BinaryOperator, a: Value, b: Value): Value | undefined {
  if (op === "/" && isZero(b)) return undefined;
  if (a.exact !== undefined && b.exact !== undefined) {
    const exact = exactBinary(op, a.exact, b.exact);
    if (exact !== undefined) return exactValue(exact);
    if (op === "^" && a.exact.n === 0n) return undefined;
  }
  const [x, y, ex, ey] = [approxOf(a), approxOf(b), errorOf(a), errorOf(b)];
  switch (op) {
    case "+":
      return approximate(x + y, ex + ey);
    case "-":
      return approximate(x - y, ex + ey);
    case "*":
      return approximate(x * y, Math.abs(x) * ey + Math.abs(y) * ex);
    case "/":
      return approximate(x / y, (ex + Math.abs(x / y) * ey) / Math.abs(y));
    case "^":
      return power(a, b);
  }
}

/** -a, as exact as a. */
export function negate(a: Value): Value {
  return a.exact === undefined ? { approx: -a.approx, error: a.error } : exactValue(a.exact.neg());
}

function factorial(a: Value): Value | undefined {
  if (a.exact === undefined || !isInteger(a.exact)) return undefined;
  const n = numeratorOf(a.exact);
  if (n < 0n || n > MAX_FACTORIAL) return undefined;
  let product = 1n;
  for (let k = 2n; k <= n; k += 1n) product *= k;
  return exactValue(rational(product));
}

function whole(name: "floor" | "ceil", a: Value): Value | undefined {
  if (a.exact === undefined) return undefined;
  return exactValue(name === "floor" ? a.exact.floor() : a.exact.ceil());
}

/** Derivative bounds turn an argument's error into the result's. */
function transcendental(name: FunctionName, x: number, error: number): Value | undefined {
  switch (name) {
    case "sin":
      return approximate(Math.sin(x), error + EPSILON);
    case "cos":
      return approximate(Math.cos(x), error + EPSILON);
    case "tan":
      return approximate(Math.tan(x), (1 + Math.tan(x) ** 2) * (error + EPSILON));
    case "asin":
    case "acos":
      return Math.abs(x) > 1
        ? undefined
        : approximate(Math[name](x), error / Math.sqrt(Math.max(1e-16, 1 - x * x)) + EPSILON);
    case "atan":
    case "tanh":
      return approximate(Math[name](x), error + EPSILON);
    case "sinh":
    case "cosh":
      return approximate(Math[name](x), Math.cosh(x) * error);
    case "exp":
      return approximate(Math.exp(x), Math.exp(x) * error);
    case "ln":
      return x > 0 ? approximate(Math.log(x), error / x + EPSILON) : undefined;
    case "log":
      return x > 0 ? approximate(Math.log10(x), error / x + EPSILON) : undefined;
    default:
      return undefined;
  }
}

/** name(a); `undefined` outside the function's real domain, for factorials above 170 and for results out of range. */
export function apply(name: FunctionName, a: Value): Value | undefined {
  if (name === "factorial") return factorial(a);
  if (name === "floor" || name === "ceil") return whole(name, a);
  if (name === "abs") return approxOf(a) < 0 ? negate(a) : a;
  if (name === "sqrt") {
    if (a.exact !== undefined) {
      const root = exactSqrt(a.exact);
      if (root !== undefined) return exactValue(root);
    } else if (isZero(a)) return exactValue(rational(0n));
    const x = approxOf(a);
    return x < 0 ? undefined : approximate(Math.sqrt(x), errorOf(a) / (2 * Math.sqrt(x)) + EPSILON * Math.sqrt(x));
  }
  if (isZero(a) && /^(?:sin|tan|asin|atan|sinh|tanh)$/.test(name)) return exactValue(rational(0n));
  if (isZero(a) && /^(?:cos|cosh|exp)$/.test(name)) return exactValue(rational(1n));
  return transcendental(name, approxOf(a), errorOf(a));
}
