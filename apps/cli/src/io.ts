import { once } from "node:events";
import type { Readable } from "node:stream";
import type { WriteStream } from "node:tty";

/** The streams and variables that a command works with. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>;
  readonly stderr: NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>;
  readonly env: NodeJS.ProcessEnv;
}

/** Writes lines and waits where the reader is slow, so that nothing piles up in memory. */
export async function writeLines(stream: NodeJS.WritableStream, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  if (!stream.write(`${lines.join("\n")}\n`)) await once(stream, "drain");
}

/** All of a stream as text; throws what `tooLarge` makes where it is longer than `maxBytes`. */
export async function readAll(stream: Readable, maxBytes: number, tooLarge: () => Error): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Buffer);
    size += bytes.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
