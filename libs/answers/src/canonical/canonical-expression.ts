import { variablesOf } from "../math/expression.ts";
import { parseExpression } from "../math/parse-expression.ts";
import { canonicalNumber } from "./canonical-number.ts";
import type { ExpectedUnit } from "./expected-unit.ts";
import { equationFingerprint, fingerprint } from "./fingerprint.ts";
import { plainAnswer } from "./number-answer.ts";

const RELATION = /<=|>=|!=|≤|≥|≠|<|>|=/g;
const FLIPPED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!=" };
const ASCII: Readonly<Record<string, string>> = { "≤": "<=", "≥": ">=", "≠": "!=" };

function keyOf(text: string): string | undefined {
  const expression = parseExpression(text, { letterProducts: true });
  return expression === undefined ? undefined : fingerprint(expression);
}

/** `y = 2x + 3` is the expression on its right where the left only names it: a letter, or `f(x)`. */
function canonicalEquation(left: string, right: string): string | undefined {
  const name = /^(?:([\p{L}](?:_\w+)?)|[\p{L}]'? ?\(\p{L}\))$/u.exec(left);
  const rightSide = parseExpression(right, { letterProducts: true });
  if (rightSide === undefined) return undefined;
  if (name !== null && !variablesOf(rightSide).includes(name[1] ?? "")) return fingerprint(rightSide);
  const leftSide = parseExpression(left, { letterProducts: true });
  return leftSide === undefined ? undefined : equationFingerprint(leftSide, rightSide);
}

/** Inequalities read from the smaller side: `x > 5` and `5 < x` are the same; chains keep their order. */
function canonicalRelation(text: string): string | undefined {
  const found = [...text.matchAll(RELATION)];
  if (found.length === 0 || found.length > 3) return undefined;
  const signs = found.map((match) => ASCII[match[0]] ?? match[0]);
  const sides = text.split(RELATION).map((side) => side.trim());
  if (signs.length === 1 && signs[0] === "=") return canonicalEquation(sides[0] as string, sides[1] as string);
  const keys = sides.map(keyOf);
  if (!keys.every((key) => key !== undefined)) return undefined;
  const forward = keys.map((key, index) => (index === 0 ? key : `${signs[index - 1]} ${key}`)).join(" ");
  const flipped = signs.map((sign) => FLIPPED[sign]).reverse();
  const backward = [...keys]
    .reverse()
    .map((key, index) => (index === 0 ? key : `${flipped[index - 1]} ${key}`))
    .join(" ");
  return [forward, backward].sort()[0];
}

/** Intervals keep their brackets: `(1, 2]`. */
function canonicalInterval(text: string): string | undefined {
  const match = /^([[(])([^,[\]]+),([^,[\]]+)([\])])$/.exec(text);
  if (match === null) return undefined;
  const [low, high] = [match[2] as string, match[3] as string].map((end) => {
    const plain = end.trim().replace(/∞|\binfinity\b|\binf\b/g, "infty");
    return /^[-+]?infty$/.test(plain) ? plain.replace("+", "") : keyOf(plain);
  });
  return low === undefined || high === undefined ? undefined : `${match[1]}${low}, ${high}${match[4]}`;
}

/**
 * The canonical form of a symbolic answer: an expression by its values (see `fingerprint`), an equation up to a factor, an
 * inequality, an interval, a list of expressions; a number where it is one. `undefined` where it cannot be read.
 */
export function canonicalExpression(answer: string, expected?: ExpectedUnit): string | undefined {
  const text = plainAnswer(answer);
  if (text === "" || text.length > 4096) return undefined;
  const direct = keyOf(text);
  const isSymbolic = direct?.startsWith("expression") === true;
  const number = isSymbolic ? undefined : canonicalNumber(answer, expected);
  if (number !== undefined) return number;
  const single = direct ?? canonicalRelation(text) ?? canonicalInterval(text);
  if (single !== undefined) return single;
  const parts = text.replace(/^\{(.*)\}$/, "$1").split(/\s+or\s+|\s+and\s+|[,;]/);
  if (parts.length < 2 || parts.length > 32) return undefined;
  const keys = parts.map((part) => keyOf(part.trim()) ?? canonicalRelation(part.trim()));
  return keys.every((key) => key !== undefined) ? `{${[...new Set(keys)].sort().join(", ")}}` : undefined;
}
