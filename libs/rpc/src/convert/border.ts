import type { Duration } from "@bufbuild/protobuf/wkt";
import { type FieldViolation, invalidArgument } from "@reckon/core";

/** A range of numbers, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * Collects what is wrong with one request, so that its sender hears of everything at once. Each `check` returns the value as
 * it is: a wrong one is never used, because `assertValid` throws first.
 */
export interface Border {
  /** Notes that a field is wrong: its path and a sentence with its value and its limit. */
  reject(field: string, description: string): void;
  /** A number inside a range; NaN and infinities are rejected. `unit` follows numbers in the sentence. */
  number(field: string, value: number, range: Range, unit?: string): number;
  /** A number above `min` and at most `max`. */
  numberAbove(field: string, value: number, range: Range): number;
  /** A 64-bit number inside a range of safe integers. */
  integer(field: string, value: bigint, range: Range): number;
  /** Text of at most `maxBytes` bytes of UTF-8, at least `minBytes` (default 0), without NUL and lone surrogates. */
  text(field: string, value: string, maxBytes: number, minBytes?: number): string;
  /** A list of as many entries as a range allows; an empty one where there are more, so that no time is spent on them. */
  list<T>(field: string, entries: readonly T[], range: Range, unit?: string): readonly T[];
  /** A duration inside a range of milliseconds, as milliseconds. */
  durationMs(field: string, value: Duration, range: Range): number;
  /** Throws `invalid-argument` with all that was rejected, if anything was. */
  assertValid(): void;
}

// A message may hold millions of wrong values; more than these would never reach anybody.
const maxViolations = 64;

/** A border that has rejected nothing. It keeps the first 64 of what it rejects. */
export function createBorder(): Border {
  const violations: FieldViolation[] = [];
  const reject = (field: string, description: string) => {
    if (violations.length < maxViolations) violations.push({ field, description });
  };
  const number = (field: string, value: number, { min, max }: Range, unit = "") => {
    const suffix = unit === "" ? "" : ` ${unit}`;
    if (Number.isNaN(value)) reject(field, `is not a number; ${min} to ${max}${suffix} is allowed`);
    else if (value < min) reject(field, `${value}${suffix} is less than the limit of ${min}${suffix}`);
    else if (value > max) reject(field, `${value}${suffix} is more than the limit of ${max}${suffix}`);
    return value;
  };
  return {
    reject,
    number,
    numberAbove(field, value, range) {
      if (value === range.min) reject(field, `${value} is not above the limit of ${range.min}`);
      else number(field, value, range);
      return value;
    },
    integer(field, value, { min, max }) {
      if (value < BigInt(min)) reject(field, `${value} is less than the limit of ${min}`);
      else if (value > BigInt(max)) reject(field, `${value} is more than the limit of ${max}`);
      return Number(value);
    },
    text(field, value, maxBytes, minBytes = 0) {
      const bytes = Buffer.byteLength(value);
      const nul = value.indexOf("\0");
      if (bytes > maxBytes) reject(field, `${bytes} bytes are more than the limit of ${maxBytes} bytes`);
      else if (bytes < minBytes) reject(field, `${bytes} bytes are less than the limit of ${minBytes}`);
      if (nul >= 0) reject(field, `holds a NUL character at position ${nul}; 0 are allowed`);
      if (!value.isWellFormed()) reject(field, "holds a lone surrogate, which is no Unicode text");
      return value;
    },
    list(field, entries, range, unit) {
      number(field, entries.length, range, unit);
      return entries.length > range.max ? [] : entries;
    },
    durationMs(field, value, { min, max }) {
      const milliseconds = Number(value.seconds) * 1_000 + value.nanos / 1_000_000;
      if (milliseconds <= 0) reject(field, `${milliseconds} ms is not above the limit of 0 ms`);
      else number(field, milliseconds, { min, max }, "ms");
      return milliseconds;
    },
    assertValid() {
      if (violations.length > 0) throw invalidArgument(violations);
    },
  };
}

/** Runs a conversion with a border of its own: throws `invalid-argument` with everything that it rejected. */
export function convertStrictly<T>(convert: (border: Border) => T): T {
  const border = createBorder();
  const value = convert(border);
  border.assertValid();
  return value;
}
