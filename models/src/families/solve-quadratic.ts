import { createChain, formatFraction } from "../chain.ts";

function compareFractions(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] / a[1] - b[0] / b[1];
}

/**
 * Solves ax^2 + bx + c = 0 by the discriminant, one operation a line, smaller solution first in the answer. `lines` may hold
 * earlier lines (collecting terms). Returns undefined when the solutions are irrational; `no real solution` is an answer.
 */
export function solveQuadratic(
  a: number,
  b: number,
  c: number,
  variable: string,
): { lines: string[]; answer: string } | undefined {
  const chain = createChain();
  const square = chain.multiply(Math.abs(b), Math.abs(b));
  const fourA = a === 1 ? 4 : chain.multiply(4, a);
  const product = chain.multiply(fourA, c);
  const discriminant = chain.subtract(square, product);
  if (discriminant < 0) return { lines: chain.lines, answer: "no real solution" };
  const root = Math.round(Math.sqrt(discriminant));
  if (root * root !== discriminant) return undefined;
  chain.squareRoot(discriminant);
  const twoA = a === 1 ? 2 : chain.multiply(2, a);
  const minusB = b === 0 ? 0 : -b;
  const quotient = (top: number): [number, number] => {
    chain.lines.push(`${top} / ${twoA} = ${formatFraction(top, twoA)}`);
    return [top, twoA];
  };
  if (root === 0) {
    const [top, bottom] = quotient(minusB);
    return { lines: chain.lines, answer: `${variable} = ${formatFraction(top, bottom)}` };
  }
  const solutions = [quotient(chain.add(minusB, root)), quotient(chain.subtract(minusB, root))];
  const sorted = solutions.sort(compareFractions).map(([top, bottom]) => formatFraction(top, bottom));
  return { lines: chain.lines, answer: sorted.map((value) => `${variable} = ${value}`).join(" or ") };
}
