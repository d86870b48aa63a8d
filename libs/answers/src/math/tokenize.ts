import type Fraction from "fraction.js";
import { rational } from "./rational.ts";

/** A token: a number with its exact value, a name, or a symbol; `spaced` says whether white space came before it. */
export type Token =
  | {
      readonly kind: "number";
      readonly value: Fraction;
      readonly decimals: number;
      readonly text: string;
      readonly spaced: boolean;
    }
  | { readonly kind: "name"; readonly text: string; readonly spaced: boolean }
  | { readonly kind: "symbol"; readonly text: string; readonly spaced: boolean };

const MAX_TEXT = 4096;
const MAX_TOKENS = 1500;
const MAX_DIGITS = 300;
const MAX_EXPONENT = 300;

const PATTERN =
  /(\s*)(?:(\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+\.\d+|\d+\.(?!\d)|\.\d+|\d+)([eE][+-]?\d{1,4}(?![\w.]))?|(\p{L}+(?:_\w+)?)|(\*\*|[-+*/^()|!%√∞°]))/suy;

/** The exact value of a decimal literal such as `1,234.50` with an optional exponent; `undefined` beyond 300 digits. */
export function parseDecimal(text: string, exponent = 0): { value: Fraction; decimals: number } | undefined {
  const plain = text.replaceAll(",", "");
  if (plain.length > MAX_DIGITS || Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const [whole = "", part = ""] = plain.split(".");
  const digits = BigInt(`${whole}${part}` || "0");
  const scale = exponent - part.length;
  const value = scale >= 0 ? rational(digits * 10n ** BigInt(scale)) : rational(digits, 10n ** BigInt(-scale));
  return { value, decimals: part.length };
}

/** Tokens of an expression; `undefined` where a character has no place in one, or beyond 4,096 characters or 1,500 tokens. */
export function tokenize(text: string): Token[] | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const source = text.trimEnd();
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(source);
    if (match === null || tokens.length >= MAX_TOKENS) return undefined;
    const [whole, space = "", digits, exponent, name, symbol] = match;
    const spaced = space !== "";
    at += whole.length;
    if (digits !== undefined) {
      const decimal = parseDecimal(digits, exponent === undefined ? 0 : Number(exponent.slice(1)));
      if (decimal === undefined) return undefined;
      const decimals = exponent === undefined ? decimal.decimals : 0;
      tokens.push({ kind: "number", value: decimal.value, decimals, text: digits + (exponent ?? ""), spaced });
    } else if (name !== undefined) tokens.push({ kind: "name", text: name, spaced });
    else tokens.push({ kind: "symbol", text: symbol === "**" ? "^" : (symbol as string), spaced });
  }
  return tokens;
}
