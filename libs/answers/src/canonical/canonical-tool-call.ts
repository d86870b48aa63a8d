import { formatRational } from "../math/rational.ts";
import { parseDecimal } from "../math/tokenize.ts";

const MAX_DEPTH = 64;

/** Thrown where JSON nests deeper than `MAX_DEPTH`; caught in `canonicalToolCall`. */
class TooDeep extends Error {}

/** A JSON number exactly, whatever its spelling: `1.0`, `1` and `10e-1` are the same. */
class ExactNumber {
  readonly text: string;

  constructor(source: string) {
    const match = /^(-?)([\d.]+)(?:[eE]([-+]?\d{1,4}))?$/.exec(source);
    const decimal = match === null ? undefined : parseDecimal(match[2] as string, Number(match[3] ?? 0));
    this.text =
      decimal === undefined ? source : decimal.value.n === 0n ? "0" : `${match?.[1]}${formatRational(decimal.value)}`;
  }
}

function keepNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" ? new ExactNumber(context?.source ?? String(value)) : value;
}

function parseJson(text: string): unknown {
  return JSON.parse(text, keepNumbers as (key: string, value: unknown) => unknown);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** `arguments` may be JSON in a string, as chat completions send it. */
function readArguments(value: unknown): unknown {
  if (typeof value !== "string") return value ?? {};
  try {
    return parseJson(value);
  } catch {
    // Arguments that are no JSON are compared as the text they are.
    return value;
  }
}

/** `{name, arguments}` from the shapes that APIs use; ids differ from call to call and are left out. */
function unwrapCall(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? unwrapCall(value[0]) : value.map(unwrapCall);
  if (!isObject(value)) return value;
  if (Array.isArray(value.tool_calls)) return unwrapCall(value.tool_calls);
  if (isObject(value.function) && typeof value.function.name === "string") return unwrapCall(value.function);
  const name = value.name ?? value.tool;
  if (typeof name !== "string") return value;
  return { name, arguments: readArguments(value.arguments ?? value.parameters ?? value.input ?? value.args) };
}

function stringify(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new TooDeep();
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => stringify(item, depth + 1)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stringify(value[key], depth + 1)}`);
  return `{${fields.join(",")}}`;
}

/** What stands between the first Markdown fence and the next; found by index, since a pattern takes quadratic time. */
function insideFence(text: string): string | undefined {
  const open = text.indexOf("```");
  const start = open < 0 ? -1 : text.indexOf("\n", open);
  const end = start < 0 ? -1 : text.indexOf("```", start);
  return end < 0 ? undefined : text.slice(start + 1, end);
}

/**
 * A tool call (or any JSON) with sorted keys, exact numbers and no white space; calls of different APIs come out as
 * `{"arguments":…,"name":…}`. `undefined` where the text is no JSON or nests deeper than 64.
 */
export function canonicalToolCall(answer: string): string | undefined {
  const fenced = insideFence(answer);
  try {
    return stringify(unwrapCall(parseJson((fenced ?? answer).trim())), 0);
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof RangeError || thrown instanceof TooDeep) return undefined;
    throw thrown;
  }
}
