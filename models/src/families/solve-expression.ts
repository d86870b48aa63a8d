import type { Chain } from "../chain.ts";

type Item = number | string;

function tokens(text: string): string[] | undefined {
  const compact = text.replace(/\s+/g, "");
  const found = compact.match(/\d+|[-+*/()]/g) ?? [];
  return found.join("") === compact ? found : undefined;
}

/** Reduces every operator of `wanted` in a flat list of numbers and operators, left to right. */
function reduce(items: Item[], wanted: string, chain: Chain): Item[] {
  const out: Item[] = [items[0] as Item];
  for (let index = 1; index < items.length; index += 2) {
    const operator = items[index] as string;
    const right = items[index + 1] as number;
    if (!wanted.includes(operator)) {
      out.push(operator, right);
      continue;
    }
    const left = out.pop() as number;
    if (operator === "*") out.push(chain.multiply(left, right));
    else if (operator === "/") out.push(chain.divide(left, right));
    else if (operator === "+") out.push(chain.add(left, right));
    else out.push(chain.subtract(left, right));
  }
  return out;
}

/**
 * Solves an integer expression with + - * / and brackets in the one order all chains use: brackets first (left to right,
 * inner before outer), then products and quotients, then sums and differences. Writes each operation to `chain` and returns
 * the value; undefined when the text is no such expression or a division is not exact.
 */
export function solveExpression(text: string, chain: Chain): number | undefined {
  const list = tokens(text);
  if (list === undefined || list.length === 0) return undefined;
  let position = 0;
  const group = (closing: boolean): number => {
    const items: Item[] = [];
    for (;;) {
      let sign = 1;
      if (list[position] === "-") {
        sign = -1;
        position += 1;
      }
      const token = list[position++];
      if (token === undefined) throw new SyntaxError("expected a number");
      if (token === "(") items.push(sign * group(true));
      else if (/^\d+$/.test(token)) items.push(sign * Number(token));
      else throw new SyntaxError(`unexpected ${token}`);
      const next = list[position];
      if (next === undefined || next === ")") break;
      items.push(next);
      position += 1;
    }
    if (closing && list[position++] !== ")") throw new SyntaxError("expected )");
    return reduce(reduce(items, "*/", chain), "+-", chain)[0] as number;
  };
  try {
    const value = group(false);
    return position === list.length ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
