import { createChain, formatFraction } from "../chain.ts";

/** One term of a side: `coefficient * variable`, a constant, or `factor(inner variable + constant)`. */
export type LinearTerm =
  | { readonly kind: "variable"; readonly coefficient: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "bracket"; readonly factor: number; readonly inner: number; readonly constant: number };

/** `3x`, `x`, `-x`: a coefficient with its variable as people write it. */
export function formatTerm(coefficient: number, variable: string): string {
  if (coefficient === 1) return variable;
  return coefficient === -1 ? `-${variable}` : `${coefficient}${variable}`;
}

type Side = { readonly variable: number; readonly constant: number };

/** Moves a term across the equals sign: subtracting a negative is written as adding. */
function move(lines: string[], from: number, term: number, show: (value: number) => string): number {
  const operator = term < 0 ? "+" : "-";
  lines.push(`${show(from)} ${operator} ${show(Math.abs(term))} = ${show(from - term)}`);
  return from - term;
}

function collect(lines: string[], values: readonly number[], show: (value: number) => string): number {
  return values.reduce((total, value, index) => (index === 0 ? value : move(lines, total, -value, show)), 0);
}

function simplify(lines: string[], terms: readonly LinearTerm[], variable: string): Side {
  const variables: number[] = [];
  const constants: number[] = [];
  for (const term of terms) {
    if (term.kind === "variable") variables.push(term.coefficient);
    else if (term.kind === "constant") constants.push(term.value);
    else {
      if (term.inner !== 1) {
        const product = formatTerm(term.factor * term.inner, variable);
        lines.push(`${term.factor} * ${formatTerm(term.inner, variable)} = ${product}`);
      }
      lines.push(`${term.factor} * ${term.constant} = ${term.factor * term.constant}`);
      variables.push(term.factor * term.inner);
      constants.push(term.factor * term.constant);
    }
  }
  const showVariable = (value: number): string => (value === 0 ? "0" : formatTerm(value, variable));
  return { variable: collect(lines, variables, showVariable), constant: collect(lines, constants, String) };
}

/**
 * Solves a linear equation in the one order all chains use: expand brackets and collect each side (left, then right), move the
 * variable to the left and the constants to the right, divide. Returns the lines and the solution as text, undefined when the
 * variable vanishes.
 */
export function solveLinear(
  left: readonly LinearTerm[],
  right: readonly LinearTerm[],
  variable: string,
): { lines: string[]; solution: string } | undefined {
  const chain = createChain();
  const lines = chain.lines;
  const near = simplify(lines, left, variable);
  const far = simplify(lines, right, variable);
  const showVariable = (value: number): string => (value === 0 ? "0" : formatTerm(value, variable));
  const coefficient = far.variable === 0 ? near.variable : move(lines, near.variable, far.variable, showVariable);
  if (coefficient === 0) return undefined;
  const constant = near.constant === 0 ? far.constant : move(lines, far.constant, near.constant, String);
  if (coefficient === 1) return { lines, solution: String(constant) };
  const solution = formatFraction(constant, coefficient);
  lines.push(`${constant} / ${coefficient} = ${solution}`);
  return { lines, solution };
}
