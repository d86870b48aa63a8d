import type { Config } from "@reckon/config";
import { createRecordWriter } from "@reckon/store";
import type { SolveRecords } from "./solve-records.ts";

/** The records that the configuration asks for; `undefined`: none. `warn` is told where they cannot be written. */
export function solveRecordsOf(
  { records, telemetry }: Config,
  version: string,
  warn: (message: string, error: unknown) => void,
): SolveRecords | undefined {
  if (records.path === undefined) return undefined;
  const writer = createRecordWriter({ path: records.path, maxBytes: records.max_bytes, warn });
  return { ...writer, withPrompts: telemetry.record_prompts, version };
}
