import { type AnswerKind, limits } from "@reckon/core";
import { canonicalChoice, readOptions } from "./canonical/canonical-choice.ts";
import { canonicalCode } from "./canonical/canonical-code.ts";
import { canonicalExpression } from "./canonical/canonical-expression.ts";
import { canonicalNumber } from "./canonical/canonical-number.ts";
import { canonicalText } from "./canonical/canonical-text.ts";
import { canonicalToolCall } from "./canonical/canonical-tool-call.ts";
import { type ExpectedUnit, expectedUnit } from "./canonical/expected-unit.ts";
import { digest } from "./digest.ts";

/** What is known about the answers beside their kind. */
export interface AnswerContext {
  /** The question: bare numbers take the unit it asks for, and an option's text is its letter. */
  readonly question?: string;
}

/** Turns answers of one kind, to one question, into canonical forms. */
export type Canonicalizer = (answer: string) => string;

/** A numeral beyond the limits of arithmetic, by its digits alone. */
function longNumeral(text: string): string | undefined {
  const match = /^([-+]?)([\d,]+)(?:\.(\d*))?$/.exec(text.trim());
  if (match === null) return undefined;
  const whole = (match[2] as string).replaceAll(",", "").replace(/^0+(?=\d)/, "");
  const part = trimZeros(match[3] ?? "");
  const digits = part === "" ? whole : `${whole}.${part}`;
  return match[1] === "-" && digits !== "0" ? `-${digits}` : digits;
}

/** Without trailing zeros; a loop, since `/0+$/` takes quadratic time on a hostile text. */
function trimZeros(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "0") end -= 1;
  return text.slice(0, end);
}

function readable(
  answer: string,
  kind: AnswerKind,
  expected: ExpectedUnit | undefined,
  options: ReadonlyMap<string, string>,
): string {
  switch (kind) {
    case "number":
      return (
        canonicalNumber(answer, expected) ??
        longNumeral(answer) ??
        canonicalExpression(answer, expected) ??
        canonicalText(answer)
      );
    case "expression":
      return canonicalExpression(answer, expected) ?? longNumeral(answer) ?? canonicalText(answer);
    case "choice":
      return canonicalChoice(answer, options) ?? canonicalText(answer);
    case "code":
      return canonicalCode(answer);
    case "tool-call":
      return canonicalToolCall(answer) ?? canonicalText(answer);
    case "text":
      return canonicalText(answer);
  }
}

/**
 * Makes the function from answers to canonical forms for one kind of answer, and one question where it is given. Two answers
 * are equivalent if and only if their canonical forms are the same string: so equivalence is reflexive, symmetric and
 * transitive by construction, and clusters do not depend on the order in which answers come. Never throws; answers beyond
 * 64 KiB are compared as they are.
 */
export function createCanonicalizer(kind: AnswerKind, context: AnswerContext = {}): Canonicalizer {
  const question = context.question;
  const expected = question === undefined || kind !== "number" ? undefined : expectedUnit(question);
  const options = question === undefined || kind !== "choice" ? new Map<string, string>() : readOptions(question);
  return (answer) => {
    if (answer.length > limits.answerBytes) return digest(answer);
    const form = readable(answer, kind, expected, options);
    return digest(form === "" ? answer.trim() : form);
  };
}

/** The canonical form of one answer; see `createCanonicalizer`. */
export function canonicalize(answer: string, kind: AnswerKind, context?: AnswerContext): string {
  return createCanonicalizer(kind, context)(answer);
}

/** Whether two answers of a kind mean the same. An equivalence relation. */
export function areEquivalent(a: string, b: string, kind: AnswerKind, context?: AnswerContext): boolean {
  const canonical = createCanonicalizer(kind, context);
  return a === b || canonical(a) === canonical(b);
}
