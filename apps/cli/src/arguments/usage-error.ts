/** The command line or an input file is wrong; the message says what, where and what would be right. Exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
