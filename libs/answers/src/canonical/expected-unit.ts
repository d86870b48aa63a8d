import { normalizeText } from "../normalize-text.ts";
import { onlyLengthUnit, parseUnit, type Unit } from "./units.ts";

/** What a bare number in an answer to a question means: that unit, or a percentage. */
export type ExpectedUnit = { readonly kind: "unit"; readonly unit: Unit } | { readonly kind: "percent" };

const MAX_QUESTION = 20_000;

/**
 * The unit that a question asks for, so that "35" and "35 %", or "12" and "12 cm", are one answer to it: `what percent`,
 * `how many grams`, `in centimeters`, `how far` where only one length unit is
 * named, or dollars where the question has a price in them and asks for one. `undefined` where
 * it names none.
 */
export function expectedUnit(question: string): ExpectedUnit | undefined {
  const text = normalizeText(question.slice(0, MAX_QUESTION)).toLowerCase();
  if (/\b(?:what|which) (?:percent\b|percentage\b|per cent\b|%)/.test(text)) return { kind: "percent" };
  const asked =
    /\bhow many ((?:square |cubic )?[a-z]+(?: per [a-z]+)?)/.exec(text)?.[1] ??
    /\bin ((?:square |cubic )?[a-z]+(?: per [a-z]+)?)\s*\?/.exec(text)?.[1];
  const unit = asked === undefined ? undefined : parseUnit(asked);
  if (unit !== undefined && unit.powers.size > 0) return { kind: "unit", unit };
  if (/\bhow (?:far|tall|high|wide|deep)\b|\bwhat distance\b/.test(text)) {
    const length = onlyLengthUnit(text);
    return length === undefined ? undefined : { kind: "unit", unit: length };
  }
  const money =
    /\$\s?\d|\bdollars?\b/.test(text) &&
    /\bhow much\b|\bcosts?\b|\bprice\b|\bpays?\b|\bmoney\b|\bearns?\b|\bspends?\b/.test(text);
  const dollars =
    money && !/€|£|\beuros?\b|\bcents?\b|\bhow (?:many|far|long|old)\b/.test(text) ? parseUnit("$") : undefined;
  return dollars === undefined ? undefined : { kind: "unit", unit: dollars };
}
