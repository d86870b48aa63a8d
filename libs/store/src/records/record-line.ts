import { type ProblemRecord, ReckonError } from "@reckon/core";
import type { z } from "zod";
import { toCamelCase, toSnakeCase } from "./key-case.ts";
import { recordSchema } from "./record-schema.ts";

/** Keys with free names, which keep them. */
const FREE = "labels";

/** A record as one line of JSON, without its line break. What is `undefined` is left out. */
export function writeRecordLine({ labels, ...record }: ProblemRecord): string {
  const line = toSnakeCase(record) as Record<string, unknown>;
  return JSON.stringify(labels === undefined ? line : { ...line, [FREE]: labels });
}

/**
 * Reads one line of a file of records: what `writeRecordLine` wrote, or foreign data with `problem_id` and `samples` that have
 * `tokens`. Throws `invalid-argument`, naming file and line, field and value, where a known field is not as it must be.
 */
export function readRecordLine(line: string, file: string, number: number): ProblemRecord {
  const fail = (sentence: string) => new ReckonError("invalid-argument", `${file}:${number}: ${sentence}`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw fail(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { data, error } = recordSchema.safeParse(value);
  if (error !== undefined) throw fail(describe(error.issues[0] as z.core.$ZodIssue, value));
  const { labels, ...record } = data;
  return { ...(toCamelCase(record) as ProblemRecord), ...(labels !== undefined && { labels }) };
}

const shown = (value: unknown) => {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

function describe(issue: z.core.$ZodIssue, line: unknown): string {
  const field = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  let value = line;
  for (const key of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const what = issue.message.replace(/^Invalid input: /, "").replace(/^Too (?:big|small): /, "");
  return `${field === "" ? "the record" : field.replace(/^\./, "")} is ${shown(value)}: ${what}`;
}
