import { type Expression, walk } from "../math/expression.ts";
import { formatRational } from "../math/rational.ts";
import { parseDecimal } from "../math/tokenize.ts";
import { normalizeText } from "../normalize-text.ts";

const MAX_NUMBERS = 20_000;
const MAX_SCAN = 65_536;
const NUMERAL = /\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?/g;
/** Numbers that formulas bring with them: small factors, powers of ten, a whole of 100 %. */
const COMMON = /^(?:0|1|2|3|4|10+|1\/2)$/;

/** Numbers that a step may use: those of the question and of earlier steps, without their signs. */
export class KnownNumbers {
  readonly #known = new Set<string>();

  /** Takes in every number of a text; nothing more after 20,000 different ones. */
  add(text: string): void {
    for (const [numeral] of normalizeText(text.slice(0, MAX_SCAN)).matchAll(NUMERAL)) {
      const decimal = numeral.length > 64 ? undefined : parseDecimal(numeral);
      if (decimal !== undefined && this.#known.size < MAX_NUMBERS) this.#known.add(formatRational(decimal.value));
    }
  }

  /** The first number of an expression that has no source: not known, not common, no digit place of a known number. */
  firstUnknown(expression: Expression): string | undefined {
    let unknown: string | undefined;
    walk(expression, (node) => {
      if (node.kind !== "number") return;
      const text = formatRational(node.value.abs());
      if (!this.#known.has(text) && !COMMON.test(text) && !this.#isPlace(text)) unknown ??= text;
    });
    return unknown;
  }

  /** Long multiplication takes numbers apart: 47 gives 40 and 7. */
  #isPlace(text: string): boolean {
    const match = /^([1-9])(0*)$/.exec(text);
    if (match === null) return false;
    const [, digit = "", zeros = ""] = match;
    for (const known of this.#known)
      if (known.length > zeros.length && known.at(-1 - zeros.length) === digit && !known.includes("/")) return true;
    return false;
  }
}
