/** A quantity in a line: a fraction in lowest terms times an optional unknown (`""`, `x`, `x^2`). */
export type Term = { readonly numerator: number; readonly denominator: number; readonly unknown: string };

/** A chain line, read. `holds` says whether its arithmetic is true. */
export type ParsedLine =
  | {
      readonly kind: "operation";
      readonly operator: "+" | "-" | "*" | "/" | "sqrt";
      readonly operands: readonly Term[];
      readonly result: Term;
      readonly holds: boolean;
    }
  | { readonly kind: "answer"; readonly text: string };

const NUMBER = String.raw`-?\d{1,12}(?:\/\d{1,12})?`;
const TERM = String.raw`(?:${NUMBER}|-?\d{0,12}[a-z](?:\^2)?)`;
const OPERATION = new RegExp(`^(${TERM}) ([-+*/]) (${TERM}) = (${TERM})$`);
const ROOT = /^sqrt\((\d{1,12})\) = (\d{1,12})$/;

function divisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : divisor(b, a % b);
}

function term(numerator: number, denominator: number, unknown: string): Term {
  const common = divisor(numerator, denominator) * (denominator < 0 ? -1 : 1) || 1;
  const top = numerator / common;
  return { numerator: top === 0 ? 0 : top, denominator: denominator / common, unknown: top === 0 ? "" : unknown };
}

/** Reads `12`, `-7/2`, `3x`, `-x`, `x^2`; undefined for anything else. */
export function parseTerm(text: string): Term | undefined {
  if (new RegExp(`^${NUMBER}$`).test(text)) {
    const [top, bottom] = text.split("/").map(Number) as [number, number | undefined];
    return bottom === 0 ? undefined : term(top, bottom ?? 1, "");
  }
  const match = /^(-?)(\d{0,12})([a-z](?:\^2)?)$/.exec(text);
  if (match === null) return undefined;
  const coefficient = match[2] === "" ? 1 : Number(match[2]);
  return term(match[1] === "-" ? -coefficient : coefficient, 1, match[3] as string);
}

/** One text for equal terms. */
export function termKey(value: Term): string {
  return `${value.numerator}/${value.denominator}${value.unknown}`;
}

function evaluate(left: Term, operator: string, right: Term): Term | undefined {
  if (operator === "+" || operator === "-") {
    const sign = operator === "+" ? 1 : -1;
    const unknown = left.unknown === "" ? right.unknown : left.unknown;
    const alike = left.unknown === right.unknown || left.numerator === 0 || right.numerator === 0;
    if (!alike) return undefined;
    const top = left.numerator * right.denominator + sign * right.numerator * left.denominator;
    return term(top, left.denominator * right.denominator, unknown);
  }
  if (operator === "*") {
    if (left.unknown !== "" && right.unknown !== "") return undefined;
    const unknown = left.unknown + right.unknown;
    return term(left.numerator * right.numerator, left.denominator * right.denominator, unknown);
  }
  if (right.numerator === 0 || right.unknown !== "") return undefined;
  return term(left.numerator * right.denominator, left.denominator * right.numerator, left.unknown);
}

/** Reads one line of a chain (surrounding blanks allowed); undefined when it is neither an operation nor an answer. */
export function parseLine(line: string): ParsedLine | undefined {
  const text = line.trim();
  if (text.startsWith("Answer: ")) return { kind: "answer", text: text.slice("Answer: ".length).trim() };
  const root = ROOT.exec(text);
  if (root !== null) {
    const [value, result] = [term(Number(root[1]), 1, ""), term(Number(root[2]), 1, "")];
    const holds = result.numerator * result.numerator === value.numerator;
    return { kind: "operation", operator: "sqrt", operands: [value], result, holds };
  }
  const match = OPERATION.exec(text);
  if (match === null) return undefined;
  const [left, right, result] = [match[1], match[3], match[4]].map((part) => parseTerm(part as string));
  if (left === undefined || right === undefined || result === undefined) return undefined;
  const operator = match[2] as "+" | "-" | "*" | "/";
  const value = evaluate(left, operator, right);
  const holds = value !== undefined && termKey(value) === termKey(result);
  return { kind: "operation", operator, operands: [left, right], result, holds };
}

/** One text for the same operation on the same operands, whatever their order where the order does not matter. */
export function operationKey(line: Extract<ParsedLine, { kind: "operation" }>): string {
  const keys = line.operands.map(termKey);
  if (line.operator === "+" || line.operator === "*") keys.sort();
  return `${line.operator} ${keys.join(" ")}`;
}
