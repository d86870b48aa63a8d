import { ReckonError } from "@reckon/core";
import type { Config } from "./config-schema.ts";
import { loadConfig } from "./load-config.ts";
import { readArguments } from "./read-arguments.ts";

/**
 * The configuration of this process, from its arguments (`--config FILE`, `--section.key VALUE`), environment and file. One
 * that is wrong is told on standard error, a line for each mistake, and ends the process with code 2: there is no stack to
 * show for a typing error.
 */
export function processConfig(args: readonly string[] = process.argv.slice(2)): Config {
  try {
    return loadConfig(readArguments(args));
  } catch (error) {
    if (!(error instanceof ReckonError)) throw error;
    const lines = error.violations.map(({ field, description }) => `  ${field}: ${description}`);
    const text = lines.length === 0 ? `  ${error.message}` : lines.join("\n");
    process.stderr.write(`the configuration is wrong:\n${text}\n`);
    process.exit(2);
  }
}
