import type { ProblemRecord } from "@reckon/core";

/** What a problem is about, as far as its text shows it. */
export type ProblemDomain =
  | "arithmetic"
  | "linear-equation"
  | "quadratic-equation"
  | "percentage"
  | "ratio"
  | "sequence"
  | "word-problem"
  | "code"
  | "choice"
  | "general";

/**
 * What a domain alone says of difficulty, in [0, 1], before any outcome is known: by least squares, beside the other signals,
 * on how often samples of the embedded model went wrong; the last three are opinions, since it knows nothing of them.
 */
export const DOMAIN_DIFFICULTY: Record<ProblemDomain, number> = {
  percentage: 0.6,
  "quadratic-equation": 0.1,
  "word-problem": 0.1,
  sequence: 0.35,
  "linear-equation": 0.2,
  arithmetic: 0.45,
  ratio: 0.9,
  choice: 0.5,
  code: 0.8,
  general: 0.8,
};

/** The rules below take quadratic time on hostile texts; what a problem is about shows early. */
const MAX_CHARACTERS = 4_000;
const EQUATION = /[0-9a-z)]\s*=\s*[-(0-9a-z]/i;
const SQUARED_UNKNOWN = /\b\d*[a-z]\s*(\^\s*2|²)|\bquadratic\b/i;

/**
 * Classifies a problem by the first 4,000 characters of its text; the first rule that holds decides. `general` where none does: then nothing is
 * known, and the prior stays wide.
 */
export function classifyDomain(question: string): ProblemDomain {
  const text = question.slice(0, MAX_CHARACTERS);
  const numbers = text.match(/\d+/g)?.length ?? 0;
  const words = text.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  if (
    /```|^\s*(def|function|class|const|import)\s+\w+|\b(write|implement|fix)\b.*\b(function|program|code|script)\b/ims.test(
      text,
    )
  ) {
    return "code";
  }
  if (/^\s*\(?[A-D][).:]\s+\S/m.test(text) && /^\s*\(?B[).:]\s+\S/m.test(text)) return "choice";
  if (EQUATION.test(text) && /\b\d*[a-z]\b/i.test(text.replace(/\b(a|I)\b(?=\s+[A-Za-z]{2})/g, ""))) {
    if (SQUARED_UNKNOWN.test(text)) return "quadratic-equation";
    if (numbers >= 2) return "linear-equation";
  }
  if (numbers === 0) return "general";
  if (
    /(\d[^.?!]*,\s*){2,}(\.\.\.|…|-?\d)/.test(text) &&
    /\b(next|term|sequence|series|continue)\b|\.\.\.|…/i.test(text)
  )
    return "sequence";
  if (/\bsequence\b|\b\d+(st|nd|rd|th) term\b/i.test(text)) return "sequence";
  if (/%|\bper ?cent/i.test(text)) return "percentage";
  if (/\bratio\b|\d\s*:\s*\d|\bproportion/i.test(text)) return "ratio";
  const operators = text.match(/[-+*/×÷^]\s*\(?\s*-?\d/g)?.length ?? 0;
  if (operators >= 1 && words <= 6) return "arithmetic";
  if (words >= 8 && numbers >= 2) return "word-problem";
  return operators >= 1 || numbers >= 2 ? "arithmetic" : "general";
}

/** The domain of a recorded problem: as it was recorded, else by its question; `undefined` where there is neither. */
export function domainOfRecord({ labels, question }: Pick<ProblemRecord, "labels" | "question">): string | undefined {
  const known = labels?.["domain"];
  if (known !== undefined) return String(known);
  return question === undefined ? undefined : classifyDomain(question);
}
