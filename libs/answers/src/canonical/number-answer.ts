import { latexToPlain } from "../latex.ts";
import { evaluate } from "../math/evaluate.ts";
import { type Expression, variablesOf } from "../math/expression.ts";
import { parseExpression } from "../math/parse-expression.ts";
import { rational } from "../math/rational.ts";
import { combine, exactValue, negate, type Value } from "../math/value.ts";
import { normalizeText } from "../normalize-text.ts";
import { readDecimal } from "./number-key.ts";
import { numberWords } from "./number-words.ts";
import { parseUnit, type Unit, unitless } from "./units.ts";

/** A number with its unit. `decimals` is known for a plain decimal literal: how many digits follow its point. */
export interface Quantity {
  readonly value: Value;
  readonly unit: Unit;
  readonly percent: boolean;
  readonly decimals: number | undefined;
  /** The variable that the answer gave the value to. */
  readonly variable: string | undefined;
}

/** What an answer of kind number says. */
export type NumberAnswer =
  | { readonly type: "quantities"; readonly ordered: boolean; readonly items: readonly Quantity[] }
  | { readonly type: "ratio"; readonly parts: readonly Value[] }
  | { readonly type: "no-solution" }
  | { readonly type: "every-number" };

const MAX_TEXT = 4096;
const MAX_ITEMS = 64;

const NO_SOLUTION =
  /^(?:∅|\{ ?\}|(?:there (?:is|are) )?(?:no|none|zero)(?: \w+){0,2} (?:solutions?|roots?|answers?|zeros?)(?: exists?)?|none|no solutions?|has no (?:real )?(?:solutions?|roots?)|(?:the )?equation has no (?:real )?(?:solutions?|roots?)|no such \w+(?: exists?)?)$/;
const EVERY_NUMBER =
  /^(?:\w ?∈ ?ℝ|ℝ|\(-∞, ?∞\)|all (?:real )?(?:numbers|values)(?: of \w)?|any (?:real )?number|every (?:real )?number|infinitely many(?: solutions)?|all reals|true for all \w)$/;

/** An answer as one line of plain text: no LaTeX, no Markdown emphasis, no trailing full stop, `≈` or "about". */
export function plainAnswer(answer: string): string {
  return normalizeText(latexToPlain(answer))
    .replaceAll("π", " pi ")
    .replace(/\*\*|__|`/g, (mark) => (mark === "**" ? "**" : ""))
    .replace(/^\*\*([^*]*)\*\*$/, "$1")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(?:≈|~|approximately|approx\.?|about|roughly|around|exactly|=)\s*/i, "")
    .replace(/(?<=[^.])[.;,]$/, "")
    .trim();
}

function readLiteral(
  expression: Expression,
): { value: Value; percent: boolean; decimals: number | undefined } | undefined {
  if (expression.kind === "number") {
    return { value: readDecimal(expression.value, expression.decimals), percent: false, decimals: expression.decimals };
  }
  if (expression.kind === "negate") {
    const inner = readLiteral(expression.of);
    return inner === undefined ? undefined : { ...inner, value: negate(inner.value) };
  }
  if (expression.kind !== "percent" || expression.of.kind !== "number") return undefined;
  const { value, decimals } = expression.of;
  return { value: readDecimal(value.div(100n), decimals + 2), percent: true, decimals };
}

function readValue(text: string): Omit<Quantity, "unit" | "variable"> | undefined {
  const spaced = /^[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?$/.test(text) ? text.replaceAll(" ", "") : text;
  const expression = parseExpression(spaced);
  if (expression === undefined || variablesOf(expression).length > 0) return undefined;
  const literal = readLiteral(expression);
  if (literal !== undefined) return literal;
  const value = evaluate(expression);
  return value === undefined ? undefined : { value, percent: false, decimals: undefined };
}

/** A value with its unit or currency, without the variable: `12 cm`, `-$3.50`, `5 1/2 hours`, `60 km/h`. */
function readQuantity(text: string): Omit<Quantity, "variable"> | undefined {
  const percentWord = text.replace(/\s*(?:percent|per cent)$/i, "%");
  const plain = readValue(percentWord);
  if (plain !== undefined) return { ...plain, unit: unitless };
  const currency = /^([-+]?)\s*(?:US)?([$€£¥₹])\s*([-+]?)(.*)$/.exec(text);
  if (currency !== null) {
    const [, outer = "", symbol = "", inner = "", rest = ""] = currency;
    const amount = readQuantityTail(rest);
    const unit = parseUnit(symbol);
    if (amount === undefined || unit === undefined) return undefined;
    if (amount.unit.powers.size > 0 && amount.unit.powers.keys().next().value !== unit.powers.keys().next().value)
      return undefined;
    const negative = (outer === "-") !== (inner === "-");
    return {
      ...amount,
      unit: { factor: rational(1n), powers: unit.powers },
      value: negative ? negate(amount.value) : amount.value,
    };
  }
  return readQuantityTail(text);
}

/** A value followed by a unit: tries each word start as the beginning of the unit, the earliest first. */
function readQuantityTail(text: string): Omit<Quantity, "variable"> | undefined {
  const plain = readValue(text);
  if (plain !== undefined) return { ...plain, unit: unitless };
  let tries = 0;
  for (const match of text.matchAll(/(?<=[\d)%\s])[\p{L}°$€£¥₹¢]/gu)) {
    if (match.index === 0 || tries >= 6) continue;
    tries += 1;
    const unit = parseUnit(text.slice(match.index));
    const value = unit === undefined ? undefined : readValue(text.slice(0, match.index).trim());
    if (unit !== undefined && value !== undefined) return { ...value, unit };
  }
  const word = numberWords(text);
  return word === undefined
    ? undefined
    : { value: exactValue(rational(word)), percent: false, decimals: undefined, unit: unitless };
}

/** One item of an answer; `±` makes two. */
function readItem(text: string): Quantity[] | undefined {
  const assigned =
    /^(?:[Tt]hus |so )?(?:([A-Za-z](?:_\w{1,4}|\d|\(\w\))?|\p{L})|[a-z]{2,12}) ?(?:=|≈|:|∈|is) ?(.+)$/u.exec(text);
  const named = assigned?.[2];
  const variable = named === undefined ? undefined : assigned?.[1]?.replace(/_?\d+$|_.*$/, "");
  const body = (named ?? text).trim();
  if (body.includes("±")) return readPlusMinus(body, variable);
  const quantity = readQuantity(body);
  return quantity === undefined ? undefined : [{ ...quantity, variable }];
}

function readPlusMinus(text: string, variable: string | undefined): Quantity[] | undefined {
  const at = text.indexOf("±");
  const [before, after] = [text.slice(0, at).trim(), text.slice(at + 1)];
  if (after.includes("±")) return undefined;
  const items = ["+", "-"].map((sign) => readQuantity(before === "" ? `${sign}${after}` : `${before} ${sign}${after}`));
  return items.every((item) => item !== undefined) ? items.map((item) => ({ ...item, variable })) : undefined;
}

/** Splits at the commas, semicolons and words that separate items; commas within thousands and brackets do not. */
function splitItems(text: string, braces: boolean): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  const words = /\s(?:or|and)\s|[,;&()]|\s?∪\s?/g;
  const thousands = !braces && /^[^,]*\d{1,3}(?:,\d{3})+(?!\d)/.test(text);
  for (const match of text.matchAll(words)) {
    const token = match[0];
    if (token === "(") depth += 1;
    else if (token === ")") depth -= 1;
    else if (depth === 0) {
      const inNumber =
        thousands &&
        token === "," &&
        /\d$/.test(text.slice(0, match.index)) &&
        /^\d{3}(?!\d)/.test(text.slice(match.index + 1));
      if (inNumber) continue;
      parts.push(text.slice(start, match.index));
      start = match.index + token.length;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function readRatio(text: string): NumberAnswer | undefined {
  if (!/^\d{1,9}(?:\.\d{1,6})?(?: ?: ?\d{1,9}(?:\.\d{1,6})?){1,4}$/.test(text) || /: ?0\d/.test(text)) return undefined;
  const parts = text.split(":").map((part) => readValue(part.trim())?.value);
  const first = parts[0];
  const scaled = parts.map((part) =>
    part === undefined || first === undefined ? undefined : combine("/", part, first),
  );
  return scaled.every((part) => part !== undefined) ? { type: "ratio", parts: scaled } : undefined;
}

/**
 * Reads an answer of kind number: a quantity, several of them (a set, or an ordered tuple in round brackets), a ratio, or one
 * of the ways to say that there is no solution or that every number is one. `undefined` where it is none of these, or longer
 * than 4,096 characters.
 */
export function readNumberAnswer(answer: string): NumberAnswer | undefined {
  if (answer.length > MAX_TEXT) return undefined;
  const text = plainAnswer(answer);
  if (text === "" || text.length > MAX_TEXT) return undefined;
  const lower = text.toLowerCase();
  if (NO_SOLUTION.test(lower)) return { type: "no-solution" };
  if (EVERY_NUMBER.test(text) || EVERY_NUMBER.test(lower)) return { type: "every-number" };
  const ratio = readRatio(text);
  if (ratio !== undefined) return ratio;
  const braces = /^(?:\p{L} ?(?:=|∈) ?)?\{(.*)\}$/u.exec(text);
  const tuple = /^\(([^()]*,[^()]*)\)$/.exec(text);
  const body = (braces?.[1] ?? tuple?.[1] ?? text).replace(/^(?:either|both) /i, "");
  const whole = braces === null && tuple === null ? readItem(body) : undefined;
  if (whole !== undefined) return { type: "quantities", ordered: false, items: whole };
  const parts = splitItems(body, braces !== null);
  if (parts.length === 0 || parts.length > MAX_ITEMS) return undefined;
  const items = parts.map(readItem);
  if (!items.every((item) => item !== undefined)) return undefined;
  return { type: "quantities", ordered: tuple !== null, items: items.flat() };
}
