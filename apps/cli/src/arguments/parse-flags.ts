import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { nearestName } from "@reckon/core";
import { UsageError } from "./usage-error.ts";

/** Flags and what stands between them. */
export interface ParsedFlags {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/**
 * Reads flags. A word such as `-3 + 5` or `-5` is taken for text, not for flags. Throws `UsageError` for an unknown flag, with
 * the nearest known one, and for a flag without its value.
 */
export function parseFlags(args: readonly string[], options: ParseArgsOptionsConfig): ParsedFlags {
  const known = Object.keys(options);
  const end = args.indexOf("--");
  const flags = end === -1 ? args : args.slice(0, end);
  const texts = flags.filter(isText);
  const rest = end === -1 ? [] : args.slice(end + 1);
  try {
    const { values, positionals } = parseArgs({
      args: [...flags.filter((arg) => !isText(arg)), "--", ...texts, ...rest],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as ParsedFlags["values"], positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(-{1,2}[^']+)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message.replace(/\.? To specify .*$/s, ""));
    const word = unknown.replace(/^-+/, "");
    const nearest = nearestName(word, known, Math.max(2, Math.floor(word.length / 2)));
    throw new UsageError(`unknown option ${unknown}${nearest === undefined ? "" : `; did you mean --${nearest}?`}`);
  }
}

/** The text of a flag. */
export function textFlag({ values }: ParsedFlags, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a flag is set. */
export function isSet({ values }: ParsedFlags, name: string): boolean {
  return values[name] === true;
}

/** A minus sign that begins a sum, not a flag. */
function isText(arg: string): boolean {
  return /^-(?:[\d.(]|\s)/.test(arg) || (/^-[^-]/.test(arg) && /\s/.test(arg) && !/^-[a-z]=/i.test(arg));
}
