import { canonicalExpression } from "../canonical/canonical-expression.ts";
import { fingerprint } from "../canonical/fingerprint.ts";
import { plainAnswer, readNumberAnswer } from "../canonical/number-answer.ts";
import { numberKey } from "../canonical/number-key.ts";
import { evaluate } from "../math/evaluate.ts";
import type { Expression } from "../math/expression.ts";
import { approxOf, type Value } from "../math/value.ts";
import { abstain, type CheckResult, right, wrong } from "./check-result.ts";
import { checkSolutions } from "./check-solutions.ts";
import { type QuestionMath, readQuestion } from "./read-question.ts";

/** Whether a decimal with that many places is the rounding of a value that it does not equal. */
function isRounding(literal: Value, decimals: number | undefined, value: Value): boolean {
  return decimals !== undefined && Math.abs(approxOf(literal) - approxOf(value)) <= (10 ** -decimals / 2) * (1 + 1e-9);
}

function checkValue(expression: Expression, answer: string): CheckResult {
  const value = evaluate(expression);
  if (value === undefined) return abstain("the expression has no real value within range");
  const read = readNumberAnswer(answer);
  if (read === undefined) return abstain("the answer is not a number");
  if (read.type !== "quantities" || read.items.length !== 1) return wrong;
  const [item] = read.items;
  if (item === undefined) return wrong;
  if (numberKey(item.value) === numberKey(value)) return right;
  if (isRounding(item.value, item.decimals === 0 ? undefined : item.decimals, value))
    return abstain("the answer is a rounded value");
  return wrong;
}

function checkForm(expression: Expression, answer: string): CheckResult {
  const [expected, given] = [fingerprint(expression), canonicalExpression(answer)];
  if (expected === undefined || given === undefined)
    return abstain("the answer is not an expression that the checker reads");
  return expected === given ? right : wrong;
}

/** Checks answers to a question that was read before. */
export function checkAnswerTo(question: QuestionMath, answer: string): CheckResult {
  switch (question.kind) {
    case "none":
      return abstain(question.reason);
    case "evaluate":
      return checkValue(question.expression, answer);
    case "simplify":
      return checkForm(question.expression, answer);
    case "solve": {
      const read = readNumberAnswer(answer);
      if (read === undefined)
        return abstain(
          plainAnswer(answer) === "" ? "the answer is empty" : "the answer is not a number or a set of numbers",
        );
      return checkSolutions(question.difference, read);
    }
  }
}

/**
 * Checks an answer against the question alone: substitution into a polynomial equation (all real roots are needed), the
 * exact value of an expression, identity with an expression to simplify. Abstains on everything else, word problems above
 * all. Never evaluates text as code; time and size are bounded.
 */
export function checkAnswer(question: string, answer: string): CheckResult {
  return checkAnswerTo(readQuestion(question), answer);
}
