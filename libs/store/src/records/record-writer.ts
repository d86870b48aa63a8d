import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ProblemRecord } from "@reckon/core";
import { writeRecordLine } from "./record-line.ts";

/** Where records go, and how many. */
export interface RecordWriterOptions {
  readonly path: string;
  /** Above this the file is moved to `PATH.1`, over an older one, and a new one begun. In bytes. */
  readonly maxBytes: number;
  /** Told once for each stretch of failures: a record that cannot be written is lost, never a solve. */
  readonly warn: (message: string, error: unknown) => void;
}

/** Appends records to a file behind everybody's back. */
export interface RecordWriter {
  /** Returns at once; the record is written in a later turn, after those before it. */
  append(record: ProblemRecord): void;
  /** Waits until all that was appended is in the file. */
  close(): Promise<void>;
}

/**
 * A writer of one file of records, which is made, with its folder, when there is something to write. Each write is of whole lines, appended
 * at the end, so that processes may share a file as long as it is not moved; give each its own.
 */
export function createRecordWriter({ path, maxBytes, warn }: RecordWriterOptions): RecordWriter {
  let waiting: ProblemRecord[] = [];
  let writing: Promise<void> | undefined;
  let size: number | undefined;
  let failing = false;

  async function write(records: readonly ProblemRecord[]): Promise<void> {
    const text = records.map((record) => `${writeRecordLine(record)}\n`).join("");
    const bytes = Buffer.byteLength(text);
    if (size === undefined) {
      await mkdir(dirname(path), { recursive: true });
      size = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
    }
    if (size > 0 && size + bytes > maxBytes) {
      await rename(path, `${path}.1`);
      size = 0;
    }
    await appendFile(path, text);
    size += bytes;
  }

  async function drain(): Promise<void> {
    // Not in the turn of the solve that ends: its client has the answer first.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await write(batch);
        failing = false;
      } catch (error) {
        if (!failing) warn(`records cannot be written to ${path}`, error);
        failing = true;
        size = undefined;
      }
    }
    writing = undefined;
  }

  return {
    append(record) {
      waiting.push(record);
      writing ??= drain();
    },
    async close() {
      await writing;
    },
  };
}
