import { evaluate } from "../math/evaluate.ts";
import type { Expression } from "../math/expression.ts";
import { variablesOf } from "../math/expression.ts";
import { rational } from "../math/rational.ts";
import { approxOf, exactValue, isZero, type Value } from "../math/value.ts";
import { numberKey } from "./number-key.ts";

const POINTS = 4;
const PRIME = 97n;
/** Above this relative error a value cannot be told apart to ten digits. */
const MAX_RELATIVE_ERROR = 2e-11;

/** FNV-1a over the name, so that a variable has the same values in every expression. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const c of name) hash = Math.imul(hash ^ (c.codePointAt(0) as number), 0x01000193) >>> 0;
  return hash;
}

/** Value of a variable at a point: a fraction in (0.5, 2.5), negative at the last point, so that sqrt(x^2) is not x. */
function valueAt(name: string, point: number): Value {
  const spread = BigInt((Math.imul(hashOf(name), 2 * point + 3) >>> 0) % 193);
  const value = rational(49n + spread, PRIME);
  return exactValue(point === POINTS - 1 ? value.neg() : value);
}

function keyAt(value: Value | undefined): string | undefined {
  if (value === undefined) return "-";
  if (isZero(value)) return "0";
  if (value.exact === undefined && value.error > Math.abs(value.approx) * MAX_RELATIVE_ERROR) return undefined;
  return approxOf(value).toPrecision(10);
}

/**
 * A canonical form of an expression with variables: its values at four fixed points, to ten digits (identity testing by
 * evaluation: Schwartz, J. ACM 27, 1980). Rational functions are evaluated exactly, so `(x^2 - 1)/(x - 1)` and `x + 1` agree
 * whatever their coefficients; other functions in doubles with an error bound. An expression that is the same number
 * everywhere has that number's key. `undefined` where it is defined at no point, or cancellation leaves too few digits.
 */
export function fingerprint(expression: Expression): string | undefined {
  const values = Array.from({ length: POINTS }, (_, point) => evaluate(expression, (name) => valueAt(name, point)));
  const first = values[0];
  const keys = values.map(keyAt);
  if (keys.some((key) => key === undefined) || keys.every((key) => key === "-")) return undefined;
  const isConstant = keys.every((key) => key === keys[0]);
  if (first !== undefined && (isConstant || variablesOf(expression).length === 0)) return numberKey(first);
  return `expression [${keys.join(", ")}]`;
}

/** The canonical form of `left = right` with variables: equal for equations that are multiples of each other. */
export function equationFingerprint(left: Expression, right: Expression): string | undefined {
  const difference: Expression = { kind: "binary", op: "-", left, right };
  const values = Array.from({ length: POINTS }, (_, point) => evaluate(difference, (name) => valueAt(name, point)));
  const first = values[0];
  if (first === undefined || isZero(first)) return undefined;
  const keys = values.map((value) => (value === undefined ? "-" : (approxOf(value) / approxOf(first)).toPrecision(9)));
  const error = values.some((value) => value !== undefined && keyAt(value) === undefined);
  return error ? undefined : `equation [${keys.join(", ")}]`;
}
