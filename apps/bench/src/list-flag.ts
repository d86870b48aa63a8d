import { ReckonError } from "@reckon/core";
import type { FlagValues } from "./part.ts";

/** The numbers a flag was given, comma-separated, or its default; throws `invalid-argument` naming the flag, the number and the range. */
export function numbersFlag(
  flags: FlagValues,
  name: string,
  fallback: readonly number[],
  min: number,
  max: number,
): readonly number[] {
  const text = flags[name];
  if (typeof text !== "string") return fallback;
  return text.split(",").map((part) => {
    const value = Number(part);
    if (part.trim() !== "" && value >= min && value <= max) return value;
    throw new ReckonError(
      "invalid-argument",
      `--${name} has ${JSON.stringify(part)}, it takes numbers from ${min} to ${max}`,
    );
  });
}

/** As `numbersFlag`, of whole numbers alone. */
export function integersFlag(...asked: Parameters<typeof numbersFlag>): readonly number[] {
  const [, name] = asked;
  const values = numbersFlag(...asked);
  const broken = values.find((value) => !Number.isInteger(value));
  if (broken === undefined) return values;
  throw new ReckonError("invalid-argument", `--${name} has ${broken}, it takes whole numbers`);
}

/** The words a flag was given, comma-separated, or all that there are; throws `invalid-argument` naming a word that is none of them. */
export function wordsFlag(flags: FlagValues, name: string, known: readonly string[]): readonly string[] {
  const text = flags[name];
  if (typeof text !== "string") return known;
  const words = text.split(",");
  const unknown = words.find((word) => !known.includes(word));
  if (unknown === undefined) return words;
  throw new ReckonError("invalid-argument", `--${name} has ${JSON.stringify(unknown)}, it takes ${known.join(", ")}`);
}
