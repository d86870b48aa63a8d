/** Writes a chain one local operation a line and returns each result, so that a solution is ordinary code. */
export type Chain = {
  readonly lines: string[];
  readonly add: (left: number, right: number) => number;
  readonly subtract: (left: number, right: number) => number;
  /** Long multiplication (several lines) when both factors have two or more non-zero digits. */
  readonly multiply: (left: number, right: number) => number;
  /** Exact division; throws a RangeError when `right` does not divide `left`. */
  readonly divide: (left: number, right: number) => number;
  /** Exact square root; throws a RangeError when there is none. */
  readonly squareRoot: (value: number) => number;
};

function nonZeroDigits(value: number): number {
  return String(Math.abs(value)).replaceAll("0", "").length;
}

/** Splits 345 into 300, 40, 5 (with its sign), skipping zeros: the partial factors of long multiplication. */
export function decimalParts(value: number): number[] {
  const sign = value < 0 ? -1 : 1;
  const digits = String(Math.abs(value));
  return [...digits]
    .map((digit, index) => sign * Number(digit) * 10 ** (digits.length - 1 - index))
    .filter((part) => part !== 0);
}

/** Creates an empty {@link Chain}. Numbers are safe integers; lines look like `19 * 3 = 57`. */
export function createChain(): Chain {
  const lines: string[] = [];
  const write = (left: number, operator: string, right: number, result: number): number => {
    const value = result === 0 ? 0 : result;
    lines.push(`${left} ${operator} ${right} = ${value}`);
    return value;
  };
  const add = (left: number, right: number): number => write(left, "+", right, left + right);
  return {
    lines,
    add,
    subtract: (left, right) => write(left, "-", right, left - right),
    multiply(left, right) {
      const simple = nonZeroDigits(left) <= 1 || nonZeroDigits(right) <= 1;
      if (simple) return write(left, "*", right, left * right);
      const products = decimalParts(right).map((part) => write(left, "*", part, left * part));
      return products.reduce((total, product) => add(total, product));
    },
    divide(left, right) {
      if (right === 0 || left % right !== 0) throw new RangeError(`${right} does not divide ${left}`);
      return write(left, "/", right, left / right);
    },
    squareRoot(value) {
      const root = Math.round(Math.sqrt(value));
      if (root * root !== value) throw new RangeError(`${value} is no perfect square`);
      lines.push(`sqrt(${value}) = ${root}`);
      return root;
    },
  };
}

/** A fraction in lowest terms as the chains write it: `7/2`, `-3/4`, or an integer when it is one. */
export function formatFraction(numerator: number, denominator: number): string {
  if (denominator === 0) throw new RangeError(`${numerator} / 0 is no fraction`);
  const sign = numerator < 0 !== denominator < 0 && numerator !== 0 ? "-" : "";
  let a = Math.abs(numerator);
  let b = Math.abs(denominator);
  while (b !== 0) [a, b] = [b, a % b];
  const top = Math.abs(numerator) / a;
  const bottom = Math.abs(denominator) / a;
  return bottom === 1 ? `${sign}${top}` : `${sign}${top}/${bottom}`;
}
