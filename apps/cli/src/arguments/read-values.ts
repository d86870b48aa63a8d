import { UsageError } from "./usage-error.ts";

/** A range with both ends allowed. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Reads a whole number in a range; throws `UsageError` naming the flag, the value and the range. */
export function wholeNumber(flag: string, text: string | undefined, { min, max }: Range): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} is ${JSON.stringify(text)}; it takes a whole number from ${min} to ${max}`);
}

/** Reads a number in a range, where `above` is set without its lower end. */
export function decimal(
  flag: string,
  text: string | undefined,
  { min, max, above = false }: Range & { readonly above?: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (value <= max && (above ? value > min : value >= min)) return value;
  const range = above ? `above ${min}, at most ${max}` : `from ${min} to ${max}`;
  throw new UsageError(`${flag} is ${JSON.stringify(text)}; it takes a number ${range}`);
}

const unitsMs: Readonly<Record<string, number>> = { "": 1000, s: 1000, ms: 1, m: 60_000, min: 60_000 };

/** Reads a time into milliseconds: seconds (`2`, `0.5`), or with a unit (`500ms`, `10s`, `2m`); at most ten minutes. */
export function timeMs(flag: string, text: string | undefined, { min, max }: Range): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+\.?\d*|\.\d+)\s*(ms|s|min|m)?$/i.exec(text.trim());
  const ms = match ? Number(match[1]) * (unitsMs[(match[2] ?? "").toLowerCase()] ?? Number.NaN) : Number.NaN;
  if (ms >= min && ms <= max) return ms;
  throw new UsageError(
    `${flag} is ${JSON.stringify(text)}; it takes a time such as 5, 5s, 500ms or 2m, at most ${max / 60_000} minutes`,
  );
}

/** Reads one of a few words. */
export function choice<Word extends string>(
  flag: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text.toLowerCase().replaceAll("_", "-"));
  if (found !== undefined) return found;
  throw new UsageError(`${flag} is ${JSON.stringify(text)}; it takes ${words.join(", ")}`);
}

const agesMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads how far back to look, into milliseconds: `30s`, `15m`, `12h`, `7d` or `2w`. */
export function ageMs(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^([1-9]\d{0,5})\s*([smhdw])$/i.exec(text.trim());
  const unit = agesMs[match?.[2]?.toLowerCase() ?? ""];
  if (match !== null && unit !== undefined) return Number(match[1]) * unit;
  throw new UsageError(`${flag} is ${JSON.stringify(text)}; it takes a time back such as 30s, 15m, 12h, 7d or 2w`);
}
