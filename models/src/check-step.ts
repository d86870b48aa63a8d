import { decimalParts } from "./chain.ts";
import { operationKey, parseLine, parseTerm, type Term, termKey } from "./parse-line.ts";
import { type Problem, referenceLines } from "./problem.ts";

/** What a program can say of a line: right, wrong, or (text only) that nothing speaks against it. */
export type StepVerdict = { readonly verdict: "right" | "wrong" | "plausible"; readonly reason: string };

function answersEqual(given: string, wanted: string): boolean {
  const tidy = (text: string): string => text.replace(/\s+/g, " ").trim();
  if (tidy(given) === tidy(wanted)) return true;
  const solutions = (text: string): string => tidy(text).split(" or ").sort().join(" or ");
  return solutions(given) === solutions(wanted);
}

/**
 * Checks the lines of a chain one by one against the reference solution. A line is right when its arithmetic is true, the same
 * operation (up to commutation) is still open in the reference, and its operands exist by then; order may differ otherwise. The
 * answer line is right when its answer is. After the first wrong line every line is wrong. Returns one verdict a line.
 */
export function checkChain(problem: Pick<Problem, "steps" | "answer">, lines: readonly string[]): StepVerdict[] {
  const open = new Map<string, number>();
  const produced = new Map<string, number>();
  for (const line of referenceLines(problem)) {
    const parsed = parseLine(line);
    if (parsed?.kind !== "operation") continue;
    const key = operationKey(parsed);
    open.set(key, (open.get(key) ?? 0) + 1);
    // An operand that an earlier reference line produced must have been produced here too; others come from the question.
    for (const operand of parsed.operands) if (!produced.has(termKey(operand))) produced.set(termKey(operand), 0);
    if (!produced.has(termKey(parsed.result))) produced.set(termKey(parsed.result), 1);
  }
  const made = new Set<string>();
  let failed = false;
  return lines.map((line) => {
    if (failed) return { verdict: "wrong", reason: "after an error" };
    const wrong = (reason: string): StepVerdict => {
      failed = true;
      return { verdict: "wrong", reason };
    };
    const parsed = parseLine(line);
    if (parsed === undefined) return wrong("no line of a chain");
    if (parsed.kind === "answer") {
      return answersEqual(parsed.text, problem.answer) ? { verdict: "right", reason: "" } : wrong("wrong answer");
    }
    if (!parsed.holds) return wrong("arithmetic is false");
    const key = operationKey(parsed);
    const left = open.get(key) ?? 0;
    if (left === 0) return wrong("not a step of the solution");
    const missing = parsed.operands.find(
      (operand) => produced.get(termKey(operand)) === 1 && !made.has(termKey(operand)),
    );
    if (missing !== undefined) return wrong(`operand ${termKey(missing)} is not known yet`);
    open.set(key, left - 1);
    made.add(termKey(parsed.result));
    return { verdict: "right", reason: "" };
  });
}

const WORD_NUMBERS: Record<string, number> = { half: 2, twice: 2, double: 2, doubles: 2, triple: 3, triples: 3 };
/** Numbers of the methods themselves: 2a, 4ac, percent, legs, the n - 1 of a sequence. */
const METHOD_NUMBERS = [0, 1, 2, 4, 6, 8, 100];

/** Both signs are known with a number: moving a term across the equals sign flips it. */
function learnTerm(known: Set<string>, term: Term | undefined): void {
  if (term === undefined) return;
  for (const sign of [1, -1]) {
    const numerator = term.numerator === 0 ? 0 : sign * term.numerator;
    known.add(termKey({ ...term, numerator }));
    if (term.unknown !== "") known.add(termKey({ ...term, numerator, unknown: "" }));
  }
}

function textTerms(prompt: string): Set<string> {
  const known = new Set<string>();
  for (const [number] of prompt.matchAll(/\d{1,12}/g)) learnTerm(known, parseTerm(number));
  for (const [text] of prompt.matchAll(/\d{0,12}(?<![a-z])[a-z](?:\^2)?(?![a-z])/g)) learnTerm(known, parseTerm(text));
  for (const word of prompt.toLowerCase().match(/[a-z]+/g) ?? []) {
    const value = WORD_NUMBERS[word];
    if (value !== undefined) learnTerm(known, parseTerm(String(value)));
  }
  for (const value of METHOD_NUMBERS) learnTerm(known, parseTerm(String(value)));
  return known;
}

/**
 * Checks a chain with nothing but the question's text: a line is wrong when its arithmetic is false or an operand occurs neither
 * in the question nor in an earlier line (nor as a decimal part of such a number), else plausible; an answer is wrong when one
 * of its numbers was never computed. It cannot see a wrong plan. After the first wrong line every line is wrong.
 */
export function checkChainText(prompt: string, lines: readonly string[]): StepVerdict[] {
  const known = textTerms(prompt);
  const isKnown = (operand: Term): boolean => {
    if (known.has(termKey(operand))) return true;
    // 6(x + 8): the factor becomes a coefficient without a line of its own.
    if (operand.unknown !== "") return known.has(termKey({ ...operand, unknown: "" }));
    if (operand.denominator !== 1) return false;
    return [...known].some((key) => {
      const value = Number(key.slice(0, key.indexOf("/")));
      return decimalParts(value).includes(operand.numerator);
    });
  };
  let failed = false;
  return lines.map((line) => {
    if (failed) return { verdict: "wrong", reason: "after an error" };
    const wrong = (reason: string): StepVerdict => {
      failed = true;
      return { verdict: "wrong", reason };
    };
    const parsed = parseLine(line);
    if (parsed === undefined) return wrong("no line of a chain");
    if (parsed.kind === "answer") {
      const numbers = parsed.text.match(/-?\d+(?:\/\d+)?/g) ?? [];
      const unknown = numbers.find((number) => !known.has(termKey(parseTerm(number) as Term)));
      if (unknown !== undefined) return wrong(`${unknown} was never computed`);
      return { verdict: "plausible", reason: "" };
    }
    if (!parsed.holds) return wrong("arithmetic is false");
    const missing = parsed.operands.find((operand) => !isKnown(operand));
    if (missing !== undefined) return wrong(`operand ${termKey(missing)} comes from nowhere`);
    learnTerm(known, parsed.result);
    return { verdict: "plausible", reason: "" };
  });
}
