import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { formatTerm } from "./solve-linear.ts";
import { solveQuadratic } from "./solve-quadratic.ts";

const PHRASINGS = [
  "Solve: {e}",
  "Solve {e}.",
  "Solve for {v}: {e}",
  "Find all {v} with {e}.",
  "Find the solutions of {e}.",
  "{e}",
  "Solve the quadratic equation {e}.",
  "What are the solutions of {e}?",
];

function showPolynomial(a: number, b: number, c: number, variable: string): string {
  const parts = [a === 0 ? "" : formatTerm(a, `${variable}^2`), b === 0 ? "" : formatTerm(b, variable)];
  if (c !== 0) parts.push(String(c));
  const shown = parts.filter((part) => part !== "");
  if (shown.length === 0) return "0";
  return shown.map((t, i) => (i === 0 ? t : t.startsWith("-") ? ` - ${t.slice(1)}` : ` + ${t}`)).join("");
}

function signed(rng: Rng, largest: number): number {
  const value = rng.int(1, largest);
  return rng.chance(0.45) ? -value : value;
}

/** Coefficients [a, b, c] with rational solutions (or, at level 4 and now and then above, none). */
function coefficients(rng: Rng, level: number): [number, number, number] {
  const largest = [3, 5, 8, 9, 9, 10, 12, 14, 18, 24, 32, 40, 46, 50][Math.min(level, 14) - 1] as number;
  const kind = rng.next();
  if (level >= 3 && kind < 0.1) return [rng.pick(level >= 5 ? [1, 2, 3] : [1]), signed(rng, 9), rng.int(21, 60)];
  const positive = level <= 1;
  const first = positive ? rng.int(1, 6) : signed(rng, largest);
  const second = level >= 3 && kind < 0.25 ? first : positive ? rng.int(1, 6) : signed(rng, largest);
  if (level >= 6 && kind > 0.55) {
    const p = rng.int(2, 4);
    const q = level >= 8 ? rng.int(1, 3) : 1;
    return [p * q, -(p * second + q * first), first * second];
  }
  const scale = level >= 5 && rng.chance(0.6) ? rng.int(2, 5) : 1;
  return [scale, -scale * (first + second), scale * first * second];
}

/** Lines that bring `left = right` to `... = 0` when the right side is not zero. */
function collectTerms(left: number[], right: number[], variable: string): string[] {
  const suffixes = [`${variable}^2`, variable, ""];
  return left.flatMap((value, index) => {
    const other = right[index] as number;
    if (other === 0) return [];
    const suffix = suffixes[index] as string;
    const show = (n: number): string => (n === 0 ? "0" : suffix === "" ? String(n) : formatTerm(n, suffix));
    return [`${show(value)} ${other < 0 ? "+" : "-"} ${show(Math.abs(other))} = ${show(value - other)}`];
  });
}

/**
 * Quadratic equations by the discriminant. Level 1: small positive solutions; 2-4: signs, double roots, none; 5-6: leading
 * coefficient other than 1, rational solutions; 7-14: terms on both sides and larger numbers.
 */
export function createQuadratic(rng: Rng, level: number): Draft | undefined {
  const [a, b, c] = coefficients(rng, level);
  if (Math.abs(b) > 99 || Math.abs(c) > (level > 10 ? 1999 : 999)) return undefined;
  const variable = rng.chance(0.85) ? "x" : rng.pick(["y", "t", "n", "z"]);
  const solved = solveQuadratic(a, b, c, variable);
  if (solved === undefined) return undefined;
  const right = [0, 0, 0];
  if (level >= 7) {
    if (rng.chance(0.5)) right[0] = rng.int(1, 3);
    if (rng.chance(0.7)) right[1] = signed(rng, 9);
    right[2] = signed(rng, 20);
  } else if (level >= 4 && rng.chance(0.2)) {
    right[2] = signed(rng, 20);
  }
  const left = [a + (right[0] as number), b + (right[1] as number), c + (right[2] as number)];
  const collected = collectTerms(left, right, variable);
  const show = (name: string): string =>
    `${showPolynomial(left[0] as number, left[1] as number, left[2] as number, name)} = ` +
    showPolynomial(right[0] as number, right[1] as number, right[2] as number, name);
  const shown = rng.chance(0.06) ? show(variable).replaceAll(" ", "") : show(variable);
  return {
    structure: `quadratic:${show("x")}`,
    prompt: rng.pick(PHRASINGS).replaceAll("{v}", variable).replace("{e}", shown),
    steps: [...collected, ...solved.lines],
    answer: solved.answer,
    answerKind: "set",
  };
}
