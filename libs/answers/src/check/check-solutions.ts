import type { NumberAnswer, Quantity } from "../canonical/number-answer.ts";
import { numberKey } from "../canonical/number-key.ts";
import { type Polynomial, polynomialAt, type RationalFunction, withinLimits } from "../math/polynomial.ts";
import { rational } from "../math/rational.ts";
import { countRealRoots, hasRootBetween, squareFree, withoutRootsOf } from "../math/real-roots.ts";
import { approxOf } from "../math/value.ts";
import { abstain, type CheckResult, right, wrong } from "./check-result.ts";

type Match = "root" | "rounded-root" | "no-root";

/** Whether a value is a root of a square-free polynomial: exactly, to ten digits, or as the rounding of one. */
function matchRoot(p: Polynomial, quantity: Quantity): Match {
  const { value, decimals } = quantity;
  if (value.exact !== undefined && polynomialAt(p, value.exact).n === 0n) return "root";
  const x = approxOf(value);
  if (!Number.isFinite(x) || Math.abs(x) > 1e9) return "no-root";
  const center = rational(BigInt(Math.round(x * 1e6)), 1_000_000n).add(
    rational(BigInt(Math.round((x - Math.round(x * 1e6) / 1e6) * 1e15)), 10n ** 15n),
  );
  const near = (width: number): boolean => {
    const slack = rational(BigInt(Math.max(1, Math.round(width * 1e15))), 10n ** 15n);
    return hasRootBetween(p, center.sub(slack), center.add(slack));
  };
  if (value.exact === undefined && near(Math.max(1, Math.abs(x)) * 1e-10)) return "root";
  if (decimals === undefined || decimals < 2 || decimals > 14) return "no-root";
  if (!near(10 ** -decimals / 2)) return "no-root";
  return decimals >= 3 ? "root" : "rounded-root";
}

/** The real solutions of top / bottom = 0, as a square-free polynomial; `undefined` where every number is one. */
export function solutionsOf(difference: RationalFunction): Polynomial | undefined {
  if (difference.top.length === 0) return undefined;
  return squareFree(withoutRootsOf(difference.top, difference.bottom));
}

/**
 * Checks an answer to an equation: each value must be a root, and there must be as many of them as the equation has real
 * roots (counted exactly, by Sturm's theorem); a missing, an extra or a wrong root is wrong.
 */
export function checkSolutions(difference: RationalFunction, answer: NumberAnswer): CheckResult {
  const verdict = withinLimits(() => {
    const roots = solutionsOf(difference);
    if (answer.type === "every-number") return roots === undefined ? right : wrong;
    if (roots === undefined) return answer.type === "no-solution" ? wrong : abstain("every number solves the equation");
    const count = countRealRoots(roots);
    if (answer.type === "no-solution") return count === 0 ? right : wrong;
    if (answer.type !== "quantities" || (answer.ordered && answer.items.length > 1))
      return abstain("the answer is not a set of numbers");
    if (answer.items.some((item) => item.unit.powers.size > 0))
      return abstain("the answer has a unit, the equation has none");
    const distinct = new Map(answer.items.map((item) => [numberKey(item.value), item]));
    const matches = [...distinct.values()].map((item) => matchRoot(roots, item));
    if (matches.includes("no-root") || distinct.size !== count) return wrong;
    return matches.includes("rounded-root") ? abstain("the answer is rounded to two decimals") : right;
  });
  return verdict ?? abstain("the equation is beyond the checker's limits");
}
