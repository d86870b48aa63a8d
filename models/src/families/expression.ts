import { createChain } from "../chain.ts";
import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { solveExpression } from "./solve-expression.ts";

type Node = { readonly text: string; readonly value: number; readonly precedence: number };

const LARGEST_VALUE = 2000;
const PHRASINGS = [
  "Compute {e}.",
  "What is {e}?",
  "Work out {e}.",
  "{e}",
  "{e} = ?",
  "Evaluate {e}.",
  "Calculate {e}.",
  "Find the value of {e}.",
  "Compute: {e}",
  "Simplify {e}.",
  "How much is {e}?",
];
const WORDS: Record<string, string> = { "+": "plus", "-": "minus", "*": "times", "/": "divided by" };

function divisorsOf(value: number): number[] {
  const magnitude = Math.abs(value);
  return [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].filter((d) => magnitude >= d && magnitude % d === 0);
}

function leaf(value: number): Node {
  return { text: String(value), value, precedence: 3 };
}

function bracketed(node: Node, wanted: number): string {
  return node.precedence < wanted ? `(${node.text})` : node.text;
}

function combine(left: Node, operator: string, right: Node): Node {
  const precedence = operator === "+" || operator === "-" ? 1 : 2;
  const text = `${bracketed(left, precedence)} ${operator} ${bracketed(right, precedence + 1)}`;
  const value =
    operator === "+"
      ? left.value + right.value
      : operator === "-"
        ? left.value - right.value
        : operator === "*"
          ? left.value * right.value
          : left.value / right.value;
  return { text, value, precedence };
}

function grow(rng: Rng, operations: number, largestLeaf: number): Node {
  if (operations === 0) return leaf(rng.int(1, largestLeaf));
  const leftShare = rng.chance(0.6) ? operations - 1 : rng.int(0, operations - 1);
  const left = grow(rng, leftShare, largestLeaf);
  const rightShare = operations - 1 - leftShare;
  const draw = rng.next();
  if (draw < 0.15 && rightShare === 0) {
    const divisors = divisorsOf(left.value);
    if (divisors.length > 0) return combine(left, "/", leaf(rng.pick(divisors)));
  }
  if (draw < 0.45) {
    const right = rightShare === 0 ? leaf(rng.int(2, rng.chance(0.7) ? 12 : 40)) : grow(rng, rightShare, largestLeaf);
    if (Math.abs(left.value * right.value) <= LARGEST_VALUE) return combine(left, "*", right);
    return combine(left, "-", right);
  }
  const right = grow(rng, rightShare, largestLeaf);
  return combine(left, draw < 0.74 ? "+" : "-", right);
}

function single(rng: Rng): Node {
  const kind = rng.pick(["+", "-", "*", "*", "*", "/"] as const);
  if (kind === "*") return combine(leaf(rng.int(2, 99)), "*", leaf(rng.int(2, 99)));
  if (kind === "/") {
    const divisor = rng.int(2, 12);
    return combine(leaf(divisor * rng.int(2, 80)), "/", leaf(divisor));
  }
  const top = rng.pick([20, 99, 999]);
  return combine(leaf(rng.int(1, top)), kind, leaf(rng.int(1, top)));
}

function phrase(rng: Rng, expression: string, operations: number): string {
  const plain = !expression.includes("(") && operations <= 4;
  if (plain && rng.chance(0.25)) {
    const spoken = expression.replace(/ ([-+*/]) /g, (_, operator: string) => ` ${WORDS[operator]} `);
    return rng.pick(["What is {e}?", "Work out {e}.", "How much is {e}?", "{e}"]).replace("{e}", spoken);
  }
  let shown = expression;
  const style = rng.next();
  if (style < 0.08) shown = expression.replaceAll(" ", "");
  else if (style < 0.12) shown = expression.replaceAll("*", "×").replaceAll("/", "÷");
  return rng.pick(PHRASINGS).replace("{e}", shown);
}

/** Bracketed integer expressions; `level` is the number of operations (1-12), every intermediate value an integer. */
export function createExpression(rng: Rng, level: number): Draft | undefined {
  const largestLeaf = rng.pick(level >= 6 ? [20, 50, 99] : [12, 20, 50, 99]);
  const node = level <= 1 ? single(rng) : grow(rng, level, largestLeaf);
  if (/\/ 0|\(\d+\)/.test(node.text)) return undefined;
  const chain = createChain();
  const value = solveExpression(node.text, chain);
  if (value === undefined || Math.abs(value) > 9999) return undefined;
  return {
    structure: `expression:${node.text}`,
    prompt: phrase(rng, node.text, level),
    steps: chain.lines,
    answer: String(value),
    answerKind: "number",
  };
}
