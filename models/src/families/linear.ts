import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { formatTerm, type LinearTerm, solveLinear } from "./solve-linear.ts";

const PHRASINGS = [
  "Solve {e}.",
  "Solve: {e}",
  "Solve for {v}: {e}",
  "Solve {e} for {v}.",
  "Find {v} if {e}.",
  "What is {v} if {e}?",
  "{e}",
  "Solve the equation {e}.",
];

function nonZero(rng: Rng, largest: number): number {
  const value = rng.int(1, largest);
  return rng.chance(0.3) ? -value : value;
}

function showTerm(term: LinearTerm, variable: string): string {
  if (term.kind === "variable") return formatTerm(term.coefficient, variable);
  if (term.kind === "constant") return String(term.value);
  const tail = term.constant < 0 ? `- ${-term.constant}` : `+ ${term.constant}`;
  const factor = term.factor === -1 ? "-" : String(term.factor);
  return `${factor}(${formatTerm(term.inner, variable)} ${tail})`;
}

function showSide(terms: readonly LinearTerm[], variable: string): string {
  return terms
    .map((term) => showTerm(term, variable))
    .map((text, index) => (index === 0 ? text : text.startsWith("-") ? ` - ${text.slice(1)}` : ` + ${text}`))
    .join("");
}

function randomTerms(rng: Rng, level: number, leftSide: boolean): LinearTerm[] {
  const big = level >= 7 ? 30 : level >= 3 ? 20 : 12;
  const x = (): LinearTerm => ({ kind: "variable", coefficient: nonZero(rng, level >= 6 ? 15 : 9) });
  const n = (): LinearTerm => ({ kind: "constant", value: nonZero(rng, big) });
  const bracket = (): LinearTerm => {
    const inner = level >= 7 && rng.chance(0.4) ? rng.int(2, 5) : 1;
    return { kind: "bracket", factor: rng.int(2, 9) * (rng.chance(0.15) ? -1 : 1), inner, constant: nonZero(rng, 12) };
  };
  if (level <= 1) return leftSide ? (rng.chance(0.5) ? [x()] : [{ kind: "variable", coefficient: 1 }, n()]) : [];
  if (level <= 3) return leftSide ? (rng.chance(0.25) ? [n(), x()] : [x(), n()]) : [];
  if (level === 4) return leftSide ? [x(), n()] : [x()];
  if (level === 5) return leftSide ? (rng.chance(0.5) ? [bracket()] : [bracket(), n()]) : rng.chance(0.5) ? [] : [x()];
  if (level === 6) return leftSide ? [bracket(), n()] : [x()];
  const extra = leftSide ? level - 6 : Math.floor((level - 6) / 2);
  const terms: LinearTerm[] = [bracket()];
  for (let index = 0; index < extra; index += 1) terms.push(rng.pick([x, n, bracket])());
  return terms;
}

function valueAt(terms: readonly LinearTerm[], at: number): number {
  return terms.reduce((total, term) => {
    if (term.kind === "variable") return total + term.coefficient * at;
    if (term.kind === "constant") return total + term.value;
    return total + term.factor * (term.inner * at + term.constant);
  }, 0);
}

/**
 * Linear equations in one unknown. Level 1: one operation; 2-3: ax + b = c; 4: unknown on both sides; 5-6: a bracket; 7-12:
 * brackets on both sides and ever more terms. Mostly integer solutions, now and then a fraction in lowest terms.
 */
export function createLinear(rng: Rng, level: number): Draft | undefined {
  const left = randomTerms(rng, level, true);
  const right = randomTerms(rng, level, false);
  const solution = nonZero(rng, level <= 3 ? 12 : 20);
  let balance = valueAt(left, solution) - valueAt(right, solution);
  if (level >= 3 && rng.chance(0.08)) balance += rng.int(1, 9);
  if (balance !== 0 || right.length === 0) right.push({ kind: "constant", value: balance });
  if (Math.abs(balance) > 999) return undefined;
  const variable = rng.chance(0.75) ? "x" : rng.pick(["y", "n", "t", "a", "z", "k", "m"]);
  const solved = solveLinear(left, right, variable);
  if (solved === undefined || solved.lines.length === 0 || /\/\d{3}/.test(solved.solution)) return undefined;
  const equation = `${showSide(left, variable)} = ${showSide(right, variable)}`;
  const canonical = `${showSide(left, "x")} = ${showSide(right, "x")}`;
  const shown = rng.chance(0.08) ? equation.replaceAll(" ", "") : equation;
  return {
    structure: `linear:${canonical}`,
    prompt: rng.pick(PHRASINGS).replaceAll("{v}", variable).replace("{e}", shown),
    steps: solved.lines,
    answer: `${variable} = ${solved.solution}`,
    answerKind: "number",
  };
}
