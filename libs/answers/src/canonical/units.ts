import type Fraction from "fraction.js";
import { formatRational, rational } from "../math/rational.ts";

/** A unit: its size in base units, and the base units with their powers (`m`, `m^2`, `m/s`, `USD`). */
export interface Unit {
  readonly factor: Fraction;
  readonly powers: ReadonlyMap<string, number>;
}

/** Base, size of one in base units as a decimal, names. Conversions stay within a base; nothing converts currencies. */
const UNITS: readonly (readonly [base: string, size: string, names: string])[] = [
  ["m", "1", "m meter meters metre metres"],
  ["m", "0.01", "cm centimeter centimeters centimetre centimetres"],
  ["m", "0.001", "mm millimeter millimeters millimetre millimetres"],
  ["m", "0.1", "dm decimeter decimeters decimetre decimetres"],
  ["m", "1000", "km kilometer kilometers kilometre kilometres kms"],
  ["m", "0.0254", "in inch inches"],
  ["m", "0.3048", "ft foot feet"],
  ["m", "0.9144", "yd yard yards"],
  ["m", "1609.344", "mi mile miles"],
  ["g", "1", "g gram grams gramme grammes"],
  ["g", "0.001", "mg milligram milligrams"],
  ["g", "1000", "kg kilogram kilograms kilo kilos"],
  ["g", "1000000", "tonne tonnes"],
  ["g", "453.59237", "lb lbs pound-mass"],
  ["g", "28.349523125", "oz ounce ounces"],
  ["s", "1", "s sec secs second seconds"],
  ["s", "0.001", "ms millisecond milliseconds"],
  ["s", "60", "min mins minute minutes"],
  ["s", "3600", "h hr hrs hour hours"],
  ["s", "86400", "d day days"],
  ["s", "604800", "week weeks"],
  ["month", "1", "month months"],
  ["month", "12", "year years yr yrs"],
  ["L", "1", "l L liter liters litre litres"],
  ["L", "0.001", "ml mL milliliter milliliters millilitre millilitres"],
  ["L", "0.01", "cl cL centiliter centiliters"],
  ["L", "3.785411784", "gallon gallons gal"],
  ["bit", "8", "B byte bytes"],
  ["bit", "1", "bit bits"],
  ["bit", "8000", "kB KB kilobyte kilobytes"],
  ["bit", "8000000", "MB megabyte megabytes"],
  ["bit", "8000000000", "GB gigabyte gigabytes"],
  ["deg", "1", "° deg degs degree degrees"],
  ["rad", "1", "rad radian radians"],
  ["°C", "1", "°C celsius"],
  ["°F", "1", "°F fahrenheit"],
  ["K", "1", "K kelvin"],
  ["J", "1", "J joule joules"],
  ["J", "1000", "kJ kilojoule kilojoules"],
  ["W", "1", "W watt watts"],
  ["W", "1000", "kW kilowatt kilowatts"],
  ["N", "1", "N newton newtons"],
  ["Pa", "1", "Pa pascal pascals"],
  ["V", "1", "V volt volts"],
  ["A", "1", "A amp amps ampere amperes"],
  ["Hz", "1", "Hz hertz"],
  ["USD", "1", "$ USD dollar dollars"],
  ["USD", "0.01", "¢ cent cents"],
  ["EUR", "1", "€ EUR euro euros"],
  ["GBP", "1", "£ GBP pound pounds quid"],
  ["GBP", "0.01", "pence penny"],
  ["JPY", "1", "¥ JPY yen"],
  ["INR", "1", "₹ INR rupee rupees"],
];

function readSize(text: string): Fraction {
  const [whole = "0", part = ""] = text.split(".");
  return rational(BigInt(whole + part), 10n ** BigInt(part.length));
}

const BY_NAME = new Map<string, { base: string; size: Fraction }>(
  UNITS.flatMap(([base, size, names]) =>
    names.split(" ").map((name) => [name, { base, size: readSize(size) }] as const),
  ),
);

const SQUARE = /^(?:sq|square|squared)$/;
const CUBIC = /^(?:cu|cubic|cubed)$/;
const PER = /^(?:\/|per|an?|each)$/;
const FILLER = /^(?:of|the|u\.?s\.?)$/i;
const NO_NOUN =
  /^(?:or|and|not|no|but|if|is|are|was|were|be|than|minus|plus|times|over|squared|cubed|percent|equals?)$/i;
const MAX_WORDS = 8;

function lookUp(word: string): { base: string; size: Fraction } | undefined {
  return BY_NAME.get(word) ?? (word.length > 2 ? BY_NAME.get(word.toLowerCase()) : undefined);
}

/** Words and symbols of a unit text, with `mph`-like shorthands spelt out. */
function wordsOf(text: string): string[] | undefined {
  const spelt = text
    .replace(/\bmph\b/g, "mi/h")
    .replace(/\bkm?ph\b/g, "km/h")
    .replace(/\bmps\b/g, "m/s");
  const words = spelt.match(/°[CF]?|[$€£¥₹¢]|\p{L}[\p{L}.'-]*|\^\(?-?\d\)?|[/*]|\S/gu) ?? [];
  return words.length > MAX_WORDS ? undefined : words;
}

/**
 * Reads a unit: `cm`, `km/h`, `m^2`, `square meters`, `dollars`, `miles per hour`. Words that name no known unit count things
 * ("12 red apples"): they have no dimension and are left out, but a single unknown letter is a variable, and the text is no
 * unit (`undefined`).
 */
export function parseUnit(text: string): Unit | undefined {
  const words = wordsOf(text.trim());
  if (words === undefined) return undefined;
  let factor = rational(1n);
  const powers = new Map<string, number>();
  let [sign, nextPower] = [1, 1];
  let last: { base: string; size: Fraction; power: number } | undefined;
  const multiply = (base: string, size: Fraction, power: number): void => {
    powers.set(base, (powers.get(base) ?? 0) + power);
    factor = factor.mul(power < 0 ? (size.pow(-power)?.inverse() ?? 1) : (size.pow(power) ?? 1));
  };
  for (const [index, word] of words.entries()) {
    if (PER.test(word)) sign = -1;
    // "12 in total" has no inches in it.
    else if (word === "in" && index < words.length - 1) continue;
    else if (word === "*" || FILLER.test(word)) continue;
    else if (word.startsWith("^") || (SQUARE.test(word) && last !== undefined && word === "squared")) {
      const power = word.startsWith("^") ? Number(word.replace(/[^-\d]/g, "")) : 2;
      if (last === undefined || !(Math.abs(power) <= 4)) return undefined;
      multiply(last.base, last.size, last.power * (power - 1));
    } else if (SQUARE.test(word)) nextPower = 2;
    else if (CUBIC.test(word)) nextPower = 3;
    else {
      const known = lookUp(word);
      if (known !== undefined) {
        last = { ...known, power: sign * nextPower };
        multiply(known.base, known.size, last.power);
      } else if (/^\p{L}[\p{L}.'-]+$/u.test(word) && !NO_NOUN.test(word)) last = undefined;
      else return undefined;
      nextPower = 1;
    }
  }
  for (const [base, power] of powers) if (power === 0) powers.delete(base);
  return { factor, powers };
}

/** The one known length unit that a text names, spelt out or as `km`, `cm`, `mm`; `undefined` where it names none or several. */
export function onlyLengthUnit(text: string): Unit | undefined {
  const named = new Set(
    text.match(/\b(?:km|cm|mm|kilomet(?:er|re)s?|(?:centi|milli)?met(?:er|re)s?|miles?|yards?|feet|inch(?:es)?)\b/g),
  );
  const units = [...named].map((name) => parseUnit(name)).filter((unit) => unit !== undefined);
  return new Set(units.map((unit) => formatRational(unit.factor))).size === 1 ? units[0] : undefined;
}

/** The base units in one spelling: sorted, `m/s`, `m^2`; empty where there are none. */
export function formatUnit(unit: Unit): string {
  const sorted = [...unit.powers].sort(([a], [b]) => (a < b ? -1 : 1));
  const show = ([base, power]: [string, number]): string =>
    Math.abs(power) === 1 ? base : `${base}^${Math.abs(power)}`;
  const top = sorted.filter(([, power]) => power > 0).map(show);
  const bottom = sorted.filter(([, power]) => power < 0).map(show);
  return bottom.length === 0 ? top.join(" ") : `${top.join(" ") || "1"}/${bottom.join("/")}`;
}

/** No unit. */
export const unitless: Unit = { factor: rational(1n), powers: new Map() };
