import type { AnswerKind } from "@reckon/core";
import { canonicalChoice, readOptions } from "./canonical/canonical-choice.ts";
import { canonicalExpression } from "./canonical/canonical-expression.ts";
import { canonicalToolCall } from "./canonical/canonical-tool-call.ts";
import { readNumberAnswer } from "./canonical/number-answer.ts";
import { latexToPlain } from "./latex.ts";
import { normalizeText } from "./normalize-text.ts";

const MAX_QUESTION = 50_000;
const CODE =
  /\b(?:write|implement|complete|code|define|create)\b[^.?!]{0,80}\b(?:function|program|script|class|method|query|regex|code)\b|```|\bdef \w+\(/i;
const TOOL = /\b(?:tool|function) calls?\b|\bcall the (?:tool|function|api)\b/i;
const SYMBOLIC =
  /\b(?:simplify|expand|factor(?:ise|ize)?|differentiate|derivative|integrate|antiderivative|integral|in terms of|express\b[^.?!]{0,40}\bas|formula for|equation of)\b/i;
const NUMERIC =
  /\b(?:how (?:many|much|far|long|old|tall|fast|often|big|large)|compute|calculate|evaluate|what is the (?:\w+ )?(?:number|sum|difference|product|total|value|cost|price|area|probability|remainder|average|mean|length|distance|next)|solve|percent(?:age)?|next (?:number|term))\b/i;
const LETTER_TERM = /\d[a-z]\b|\b[a-z] ?\^|(?:^|[\s(=+*/-])[a-z] ?[-+*/] ?[\w(]|[-+*/] ?[a-z](?![a-z])/;

/**
 * The kind of answer that a question asks for: `choice` where it has lettered options, `code`, `tool-call`, `expression`
 * where it asks for a symbolic form, `number` where it asks for an amount or is itself arithmetic or an equation, else
 * `text`.
 */
export function inferAnswerKind(question: string): AnswerKind {
  const text = normalizeText(latexToPlain(question.slice(0, MAX_QUESTION)));
  if (CODE.test(text)) return "code";
  if (readOptions(text).size >= 2) return "choice";
  if (TOOL.test(text)) return "tool-call";
  const isSymbolic = SYMBOLIC.test(text);
  if (isSymbolic && (LETTER_TERM.test(text) || !/\d/.test(text))) return "expression";
  if (NUMERIC.test(text) || /\d/.test(text)) return "number";
  return "text";
}

/** The kind that all the answers have in common, for answers without a question; `text` where they have none. */
export function inferKindOfAnswers(answers: readonly string[]): AnswerKind {
  const all = (test: (answer: string) => boolean): boolean => answers.length > 0 && answers.every(test);
  if (all((answer) => /^\s*[[{]/.test(answer) && canonicalToolCall(answer) !== undefined && /"/.test(answer)))
    return "tool-call";
  if (all((answer) => /[A-Ha-h]/.test(answer) && answer.length < 200 && canonicalChoice(answer) !== undefined))
    return "choice";
  if (all((answer) => readNumberAnswer(answer) !== undefined)) return "number";
  if (answers.some((answer) => /^\s*```/.test(answer))) return "code";
  if (all((answer) => /[\d+*/^=(]/.test(answer) && canonicalExpression(answer) !== undefined)) return "expression";
  return "text";
}
