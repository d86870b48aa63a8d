import type { Expression } from "./expression.ts";
import { rational } from "./rational.ts";
import { apply, approximate, combine, exactValue, negate, type Value } from "./value.ts";

const HUNDRED = exactValue(rational(100n));

/**
 * The value of an expression, exact as long as it stays rational. `at` gives the values of variables. `undefined` where a
 * variable has none, or the result is not a real number within range. Recursion is as deep as the expression, which the
 * parser bounds.
 */
export function evaluate(expression: Expression, at?: (name: string) => Value | undefined): Value | undefined {
  switch (expression.kind) {
    case "number":
      return exactValue(expression.value);
    case "constant":
      return approximate(expression.name === "pi" ? Math.PI : Math.E);
    case "variable":
      return at?.(expression.name);
    case "binary": {
      const left = evaluate(expression.left, at);
      const right = left === undefined ? undefined : evaluate(expression.right, at);
      return left === undefined || right === undefined ? undefined : combine(expression.op, left, right);
    }
    default: {
      const of = evaluate(expression.of, at);
      if (of === undefined) return undefined;
      if (expression.kind === "negate") return negate(of);
      return expression.kind === "percent" ? combine("/", of, HUNDRED) : apply(expression.name, of);
    }
  }
}
