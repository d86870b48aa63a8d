import { limits } from "@reckon/core";
import { UsageError } from "../arguments/usage-error.ts";

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

const maxErrors = 10;

/**
 * Reads JSON lines, one object a line, blank lines left out. Throws `UsageError` naming file and line of each mistake, those that
 * `read` throws as `UsageError` included; the first ten of them.
 */
export function readJsonLines<T>(text: string, file: string, read: (object: JsonObject, line: number) => T): T[] {
  const errors: string[] = [];
  const items: T[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      items.push(read(parseObject(line), index + 1));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      errors.push(`${file}:${index + 1}: ${error.message}`);
    }
  }
  if (errors.length === 0) return items;
  const more = errors.length > maxErrors ? [`and ${errors.length - maxErrors} more lines`] : [];
  throw new UsageError([...errors.slice(0, maxErrors), ...more].join("\n"));
}

function parseObject(line: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) throw new UsageError("must be a JSON object");
  return value;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that can be a prompt; throws `UsageError` saying what is wrong with it. */
export function readPromptText(text: string, what: string): string {
  if (text.trim() === "") throw new UsageError(`${what} is empty`);
  if (text.includes("\0")) throw new UsageError(`${what} holds a NUL character`);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.promptBytes)
    throw new UsageError(`${what} has ${bytes} bytes, more than the limit of ${limits.promptBytes}`);
  return text;
}
