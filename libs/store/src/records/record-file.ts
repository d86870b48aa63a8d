import { createReadStream, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { type ProblemRecord, ReckonError } from "@reckon/core";
import { readRecordLine, writeRecordLine } from "./record-line.ts";

/**
 * Reads a file of records line by line; blank lines are passed over. Throws `not-found` where it cannot be opened, and what `readRecordLine`
 * throws.
 */
export async function* readRecordFile(file: string): AsyncGenerator<ProblemRecord, void, void> {
  const stream = createReadStream(file, "utf8");
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() !== "") yield readRecordLine(line, file, number);
    }
  } catch (error) {
    if (error instanceof ReckonError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ReckonError("not-found", `records cannot be read: ${message}`, { cause: error });
  } finally {
    stream.destroy();
  }
}

/** Writes a new file of records, over an old one, making its folder where it is missing. */
export function writeRecordFile(file: string, records: readonly ProblemRecord[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, records.map((record) => `${writeRecordLine(record)}\n`).join(""));
}
