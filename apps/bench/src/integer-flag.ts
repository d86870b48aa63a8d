import { ReckonError } from "@reckon/core";
import type { FlagValues } from "./part.ts";

/** The whole number a flag was given, or its default; throws `invalid-argument` naming the flag, its value and its range. */
export function integerFlag(flags: FlagValues, name: string, fallback: number, min: number, max: number): number {
  const text = flags[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (typeof text === "string" && text !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ReckonError(
    "invalid-argument",
    `--${name} is ${String(text)}, it takes a whole number from ${min} to ${max}`,
  );
}
