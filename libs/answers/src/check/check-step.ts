import { extractAnswer } from "../extract-answer.ts";
import { type Expression, variablesOf } from "../math/expression.ts";
import { parseExpression } from "../math/parse-expression.ts";
import { checkAnswerTo } from "./check-answer.ts";
import { checkEquation } from "./check-equation.ts";
import { abstain, type CheckResult, right } from "./check-result.ts";
import { KnownNumbers } from "./known-numbers.ts";
import { type Piece, splitMath } from "./math-segments.ts";
import { type QuestionMath, readQuestion } from "./read-question.ts";

const MAX_STEP = 8_192;

/** Words after which an equation begins; after others ("on day 2 + 3") a number may belong to the word. */
const LEADS =
  /^(?:so|then|thus|therefore|hence|next|now|get|gets|have|has|is|are|and|first|second|finally|that|gives|means|total|compute|calculate|we|because|since|or|as|but|add|subtract|multiply|divide|again)$/i;

/** Steps of one sample, in order. */
export interface SampleChecker {
  step(text: string): CheckResult;
}

/** Checks steps and answers of samples of one question; the question is read once. */
export interface Checker {
  openSample(): SampleChecker;
  answer(text: string): CheckResult;
}

/** The sides of `a = b = c`; `undefined` where one cannot be read. */
function readSides(text: string): Expression[] | undefined {
  const sides = text.split(/[=≈]/).map((side) => parseExpression(side.trim()));
  return sides.length >= 2 && sides.every((side) => side !== undefined) ? sides : undefined;
}

function isBare(expression: Expression): boolean {
  return expression.kind === "number" || (expression.kind === "negate" && isBare(expression.of));
}

function checkChain(sides: readonly Expression[], question: QuestionMath, known: KnownNumbers): CheckResult {
  if (sides.every(isBare)) return abstain("the step says that a number is a number");
  const pairs = sides.slice(1).map((side, index) => checkEquation(sides[index] as Expression, side, question));
  const failed = pairs.find((result) => result.score === 0);
  if (failed !== undefined) return failed;
  const judged = pairs.filter((result) => result.score === 1);
  if (judged.length === 0) return pairs[0] ?? abstain("the step holds no equation");
  for (const side of sides.slice(0, -1)) {
    const unknown = variablesOf(side).length > 0 ? undefined : known.firstUnknown(side);
    if (unknown !== undefined)
      return abstain(`the arithmetic is right, but ${unknown} is neither in the question nor in an earlier step`);
  }
  return right;
}

function checkLine(text: string, question: QuestionMath, known: KnownNumbers): CheckResult {
  const pieces = splitMath(text.replace(/^\s*(?:[-*•]|\(?\d{1,3}[.)]|step \d{1,3}[.:)]?)\s+/i, ""));
  if (pieces === undefined) return abstain("the step is too long");
  const results: CheckResult[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind !== "math" || !/[=≈]/.test(piece.text) || /[<>!]=/.test(piece.text)) continue;
    const sides = readSides(piece.text);
    const result = sides === undefined ? abstain("the equation cannot be read") : checkChain(sides, question, known);
    results.push(
      result.score === 0 && !startsClause(pieces, index)
        ? abstain("it is not clear where the equation begins")
        : result,
    );
  }
  const decisive = results.find((result) => result.score === 0) ?? results.find((result) => result.score === undefined);
  return decisive ?? results[0] ?? abstain("the step holds no equation");
}

function startsClause(pieces: readonly Piece[], index: number): boolean {
  const [before, after] = [pieces[index - 1], pieces[index + 1]];
  const begins = before === undefined || before.kind === "mark" || LEADS.test(before.text);
  return begins && (after === undefined || after.kind !== "math");
}

/**
 * A programmatic checker of one question: exact, deterministic, without a model. Its verdict is 1, 0 or an abstention with
 * the reason; it abstains wherever it cannot know. A step is right where its arithmetic holds and its numbers come from the
 * question or earlier steps; that says nothing about whether it was the step to take.
 */
export function createChecker(question: string): Checker {
  const read = readQuestion(question);
  return {
    answer: (text) => checkAnswerTo(read, text),
    openSample() {
      const known = new KnownNumbers();
      known.add(question);
      return {
        step(text) {
          if (text.length > MAX_STEP)
            return abstain(`the step has ${text.length} characters, the checker reads ${MAX_STEP}`);
          const answer = extractAnswer(text);
          const result = answer === undefined ? checkLine(text, read, known) : checkAnswerTo(read, answer);
          known.add(text);
          return result;
        },
      };
    },
  };
}

/** What a step is checked against. */
export interface StepContext {
  /** The question. */
  readonly question: string;
  /** Steps before this one, in order. */
  readonly earlier: readonly string[];
}

/** Checks one step (one line of a chain); for many steps of a sample, `createChecker` reads the question only once. */
export function checkStep(text: string, context: StepContext): CheckResult {
  const sample = createChecker(context.question).openSample();
  for (const line of context.earlier) sample.step(line);
  return sample.step(text);
}
