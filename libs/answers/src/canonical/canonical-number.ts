import { rational } from "../math/rational.ts";
import { combine, exactValue, type Value } from "../math/value.ts";
import type { ExpectedUnit } from "./expected-unit.ts";
import { type NumberAnswer, type Quantity, readNumberAnswer } from "./number-answer.ts";
import { compareValues, numberKey } from "./number-key.ts";
import { formatUnit, type Unit } from "./units.ts";

interface Keyed {
  readonly key: string;
  readonly unit: string;
  readonly value: Value;
  readonly variable: string | undefined;
}

/** The value in base units; a bare number takes the unit that the question asked for. */
function keyOf(quantity: Quantity, expected: ExpectedUnit | undefined): Keyed {
  const bare = quantity.unit.powers.size === 0 && !quantity.percent;
  const unit: Unit = bare && expected?.kind === "unit" ? expected.unit : quantity.unit;
  const scale = bare && expected?.kind === "percent" ? rational(1n, 100n) : unit.factor;
  const value = combine("*", quantity.value, exactValue(scale)) ?? quantity.value;
  const name = formatUnit(unit);
  return {
    key: name === "" ? numberKey(value) : `${numberKey(value)} ${name}`,
    unit: name,
    value,
    variable: quantity.variable,
  };
}

function order(a: Keyed, b: Keyed): number {
  if (a.unit !== b.unit) return a.unit < b.unit ? -1 : 1;
  return compareValues(a.value, b.value) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

function formatQuantities(items: readonly Keyed[], ordered: boolean): string {
  if (ordered) return `(${items.map((item) => item.key).join(", ")})`;
  const variables = new Set(items.map((item) => item.variable));
  if (items.length > 1 && variables.size === items.length && !variables.has(undefined)) {
    const named = items.map((item) => `${item.variable} = ${item.key}`).sort();
    return `{${named.join(", ")}}`;
  }
  const keys = [...new Set([...items].sort(order).map((item) => item.key))];
  return keys.length === 1 ? (keys[0] as string) : `{${keys.join(", ")}}`;
}

/** The canonical form of a number answer that was read. */
export function formatNumberAnswer(answer: NumberAnswer, expected?: ExpectedUnit): string {
  switch (answer.type) {
    case "no-solution":
      return "∅";
    case "every-number":
      return "ℝ";
    case "ratio":
      return answer.parts.map(numberKey).join(":");
    case "quantities":
      return formatQuantities(
        answer.items.map((item) => keyOf(item, expected)),
        answer.ordered,
      );
  }
}

/**
 * The canonical form of a number, quantity, set, tuple, ratio or "no solution": `5`, `1/3`, `3/25 m`, `{2, 3}`, `(2, 3)`,
 * `1:2/3`, `∅`. `undefined` where the answer is none of these.
 */
export function canonicalNumber(answer: string, expected?: ExpectedUnit): string | undefined {
  const read = readNumberAnswer(answer);
  return read === undefined ? undefined : formatNumberAnswer(read, expected);
}
