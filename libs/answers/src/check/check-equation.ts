import { equationFingerprint, fingerprint } from "../canonical/fingerprint.ts";
import { numberKey } from "../canonical/number-key.ts";
import { evaluate } from "../math/evaluate.ts";
import { type Expression, variablesOf } from "../math/expression.ts";
import { gcdPolynomials, type Polynomial, toRationalFunction, withinLimits } from "../math/polynomial.ts";
import { rational } from "../math/rational.ts";
import { countRealRoots } from "../math/real-roots.ts";
import { approxOf, isZero, type Value } from "../math/value.ts";
import { abstain, type CheckResult, right, wrong } from "./check-result.ts";
import { solutionsOf } from "./check-solutions.ts";
import type { QuestionMath } from "./read-question.ts";

function literalDecimals(expression: Expression): number | undefined {
  if (expression.kind === "number") return expression.decimals;
  return expression.kind === "negate" || expression.kind === "percent" ? literalDecimals(expression.of) : undefined;
}

/** Whether a value has no finite decimal form with that many places, so that writing it so is rounding. */
function needsRounding(value: Value, decimals: number): boolean {
  return value.exact === undefined || value.exact.mul(rational(10n ** BigInt(decimals))).d !== 1n;
}

/** `10 / 3 = 3.33`: a decimal of two or more places that is the rounding of what it stands for. */
function roundsTo(value: Value, literal: Expression, shown: Value): boolean {
  const decimals = literalDecimals(literal);
  if (decimals === undefined || decimals < 2 || decimals > 12 || !needsRounding(value, decimals)) return false;
  const scale = literal.kind === "percent" ? 0.01 : 1;
  return Math.abs(approxOf(value) - approxOf(shown)) <= (scale * 10 ** -decimals) / 2 + 1e-12;
}

function checkArithmetic(left: Expression, right_: Expression): CheckResult {
  const [a, b] = [evaluate(left), evaluate(right_)];
  if (a === undefined || b === undefined) return abstain("a side of the equation has no real value within range");
  if (numberKey(a) === numberKey(b) || roundsTo(a, right_, b) || roundsTo(b, left, a)) return right;
  return wrong;
}

/** The one term that a polynomial consists of: its degree; `undefined` where it has several terms or none. */
function monomialDegree(p: Polynomial): number | undefined {
  const degrees = p.flatMap((c, degree) => (c.n === 0n ? [] : [degree]));
  return degrees.length === 1 ? degrees[0] : undefined;
}

/** `5x - 2x = 4x`: terms of one degree combined into one term; if it does not hold, it is a slip and not an equation. */
function combinesLikeTerms(left: Expression, right_: Expression, variable: string): boolean {
  if (left.kind !== "binary" || right_.kind === "number") return false;
  const [a, b] = [toRationalFunction(left, variable), toRationalFunction(right_, variable)];
  if (a === undefined || b === undefined || a.bottom.length !== 1 || b.bottom.length !== 1) return false;
  const degree = monomialDegree(a.top);
  return degree !== undefined && degree > 0 && degree === monomialDegree(b.top);
}

/** An equation in the question's unknown must share a real solution with the question's own. */
function checkConsistency(
  left: Expression,
  right_: Expression,
  question: Extract<QuestionMath, { kind: "solve" }>,
): CheckResult {
  const difference = toRationalFunction({ kind: "binary", op: "-", left, right: right_ }, question.variable);
  const [mine, theirs] = [difference && solutionsOf(difference), solutionsOf(question.difference)];
  if (mine === undefined || theirs === undefined || countRealRoots(theirs) === 0)
    return abstain("the equation cannot be compared with the question's");
  return countRealRoots(gcdPolynomials(mine, theirs)) > 0 ? right : wrong;
}

function checkSymbolic(left: Expression, right_: Expression, question: QuestionMath): CheckResult {
  const keys = [fingerprint(left), fingerprint(right_)];
  if (keys[0] !== undefined && keys[0] === keys[1]) return right;
  const difference = evaluate({ kind: "binary", op: "-", left, right: right_ }, () => ({ exact: rational(1n) }));
  if (difference !== undefined && isZero(difference) && keys.includes(undefined))
    return abstain("the identity cannot be decided");
  const variables = [...new Set([...variablesOf(left), ...variablesOf(right_)])];
  const [variable, ...others] = variables;
  if (variable === undefined || others.length > 0) return abstain("the equation has several unknowns");
  if (question.kind === "solve") {
    const restated = equationFingerprint(left, right_);
    if (restated !== undefined && restated === equationFingerprint(question.left, question.right)) return right;
  }
  if (combinesLikeTerms(left, right_, variable)) return wrong;
  if (question.kind !== "solve" || question.variable !== variable) return abstain(`nothing is known about ${variable}`);
  return checkConsistency(left, right_, question);
}

/**
 * Judges `left = right`: arithmetic exactly (a decimal of two or more places may be a rounding), identities such as
 * `5x - 2x = 3x`, and equations in the question's unknown by whether they share a solution with the question's equation.
 */
export function checkEquation(left: Expression, right_: Expression, question: QuestionMath): CheckResult {
  if (variablesOf(left).length === 0 && variablesOf(right_).length === 0) return checkArithmetic(left, right_);
  return (
    withinLimits(() => checkSymbolic(left, right_, question)) ?? abstain("the equation is beyond the checker's limits")
  );
}
