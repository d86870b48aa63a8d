import { createReadStream } from "node:fs";
import { UsageError } from "../arguments/usage-error.ts";
import { type Io, readAll } from "../io.ts";

const maxFileBytes = 1_073_741_824;

/** All of a file as text, `-` for stdin. Throws `UsageError` where it cannot be read or is larger than 1 GiB. */
export async function readInput(file: string, { stdin }: Io): Promise<string> {
  const tooLarge = () => new UsageError(`${file} is larger than ${maxFileBytes} bytes`);
  try {
    return await readAll(file === "-" ? stdin : createReadStream(file), maxFileBytes, tooLarge);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
