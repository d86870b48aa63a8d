import { type Expression, variablesOf } from "../math/expression.ts";
import { parseExpression } from "../math/parse-expression.ts";
import { type RationalFunction, toRationalFunction, withinLimits } from "../math/polynomial.ts";
import { splitMath } from "./math-segments.ts";

/** The mathematics that a question consists of, where it consists of nothing else. */
export type QuestionMath =
  | { readonly kind: "evaluate"; readonly expression: Expression }
  | { readonly kind: "simplify"; readonly expression: Expression }
  | {
      readonly kind: "solve";
      readonly variable: string;
      readonly difference: RationalFunction;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "none"; readonly reason: string };

const MAX_QUESTION = 8_192;

/** Words that ask for the value or the solutions and add no condition; any other word makes a word problem. */
const ASKING = new Set(
  (
    "what's whats what is are the value values of result answer to compute calculate evaluate find work out simplify how much " +
    "please solve for equation equations quadratic linear following all real solution solutions root roots if when given that " +
    "where with such satisfies satisfy satisfying determine expression can you tell me does equal over reals numbers expand"
  ).split(" "),
);

function none(reason: string): QuestionMath {
  return { kind: "none", reason };
}

function readEquation(left: string, right: string, mentioned: readonly string[]): QuestionMath {
  const [a, b] = [parseExpression(left), parseExpression(right)];
  if (a === undefined || b === undefined) return none("the equation in the question cannot be read");
  const variables = [...new Set([...variablesOf(a), ...variablesOf(b)])];
  const variable = variables[0];
  if (variable === undefined || variables.length > 1) return none("the equation is not in one unknown");
  if (mentioned.some((name) => name !== variable))
    return none(`the question asks for something other than ${variable}`);
  const difference: Expression = { kind: "binary", op: "-", left: a, right: b };
  const rational = withinLimits(() => toRationalFunction(difference, variable));
  if (rational === undefined) return none("the equation is not one of polynomials within the limits");
  return { kind: "solve", variable, difference: rational, left: a, right: b };
}

function readExpression(text: string, mentioned: readonly string[]): QuestionMath {
  const expression = parseExpression(text);
  if (expression === undefined) return none("the expression in the question cannot be read");
  if (mentioned.length > 0) return none("the question names an unknown but holds no equation");
  if (expression.kind === "number") return none("the question holds no expression to evaluate");
  if (variablesOf(expression).length === 0) return { kind: "evaluate", expression };
  return expression.kind === "variable" ? none("the question holds no expression") : { kind: "simplify", expression };
}

/**
 * Reads a question that is nothing but an expression to evaluate ("Compute (12 + 7) * 3.", "17 * 23", "What is 15% of 240?")
 * or one polynomial equation in one unknown to solve ("Solve: x^2 - 5x + 6 = 0", "Find x if 3x + 5 = 20."). Every word
 * must be one that merely asks; a question with any other word is a word problem and gives `none` with the reason. Nothing is
 * guessed.
 */
export function readQuestion(question: string): QuestionMath {
  if (question.length > MAX_QUESTION) return none("the question is too long to be a bare expression or equation");
  const pieces = splitMath(question);
  if (pieces === undefined) return none("the question is too long to be a bare expression or equation");
  const other = pieces.find((piece) => piece.kind === "word" && !ASKING.has(piece.text.toLowerCase()));
  if (other !== undefined) return none(`the question is a word problem (${other.text.slice(0, 32)})`);
  if (pieces.some((piece) => piece.kind === "mark" && !/^[.:?,;"]$/.test(piece.text)))
    return none("the question holds signs that the checker does not read");
  const maths = pieces.filter((piece) => piece.kind === "math").map((piece) => piece.text);
  const mentioned = maths.filter((text) => /^\p{L}$/u.test(text));
  const rest = maths.filter((text) => !/^\p{L}$/u.test(text));
  const [only, ...more] = rest;
  if (only === undefined) return none("the question holds no mathematics");
  if (more.length > 0) return none("the question holds more than one expression");
  if (/[<>≈≤≥≠]|!=|!$/.test(only)) return none("the question holds a relation that the checker does not judge");
  const sides = only.split("=").map((side) => side.trim());
  if (sides.length === 1) return readExpression(only, mentioned);
  if (sides.length > 2) return none("the question holds a chain of equations");
  const [left = "", right = ""] = sides;
  return right === "" ? readExpression(left, mentioned) : readEquation(left, right, mentioned);
}
