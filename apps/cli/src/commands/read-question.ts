import { limits } from "@reckon/core";
import { UsageError } from "../arguments/usage-error.ts";
import { type Io, readAll } from "../io.ts";

/** The question of the command line, else all of stdin. Throws `UsageError` where there is none or it is too long. */
export async function readQuestion(words: string | undefined, command: string, { stdin }: Io): Promise<string> {
  const tooLarge = () => new UsageError(`the question is longer than ${limits.promptBytes} bytes`);
  if (words === undefined && stdin.isTTY) {
    throw new UsageError(`reckon ${command} needs a question: reckon ${command} "Solve: x^2 - 5x + 6 = 0"`);
  }
  const question = words ?? (await readAll(stdin, limits.promptBytes + 2, tooLarge)).replace(/\r?\n$/, "");
  if (question.trim() === "") throw new UsageError("the question is empty");
  if (question.includes("\0")) throw new UsageError("the question holds a NUL character");
  if (Buffer.byteLength(question) > limits.promptBytes) throw tooLarge();
  return question;
}
