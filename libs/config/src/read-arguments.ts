import { ReckonError } from "@reckon/core";
import type { LoadConfigOptions } from "./load-config.ts";

/**
 * Reads the arguments of a service: `--config FILE` and `--<section>.<key> VALUE` (or `=VALUE`), for example
 * `--server.port 0` or `--backends.mine.url=http://localhost:8000/v1`. Anything else throws `invalid-argument`.
 */
export function readArguments(args: readonly string[]): Pick<LoadConfigOptions, "file" | "flags"> {
  const flags: Record<string, unknown> = {};
  let file: string | undefined;
  for (let i = 0; i < args.length; i += 1) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(args[i] as string);
    if (match === null)
      throw new ReckonError(
        "invalid-argument",
        `unknown argument ${JSON.stringify(args[i])}; it takes --config FILE and --section.key VALUE`,
      );
    const name = match[1] as string;
    const value = match[2] ?? args[++i];
    if (value === undefined) throw new ReckonError("invalid-argument", `--${name} has no value`);
    if (name === "config") file = value;
    else setFlag(flags, name, value);
  }
  return file === undefined ? { flags } : { file, flags };
}

function setFlag(flags: Record<string, unknown>, name: string, value: string): void {
  const path = name.split(".");
  let table = flags;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(table, part) ? table[part] : undefined;
    const inner = typeof next === "object" && next !== null ? (next as Record<string, unknown>) : {};
    Object.defineProperty(table, part, { value: inner, enumerable: true, configurable: true, writable: true });
    table = inner;
  }
  const last = path.at(-1) as string;
  Object.defineProperty(table, last, { value, enumerable: true, configurable: true, writable: true });
}
