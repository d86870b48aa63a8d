/** A line of a service's log for people: the sentence of a JSON line, with its error; any other line as it is. */
export function readableLine(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg, err } = JSON.parse(line) as { readonly msg?: unknown; readonly err?: { readonly message?: unknown } };
    if (typeof msg !== "string") return line;
    return typeof err?.message === "string" ? `${msg}: ${err.message}` : msg;
  } catch {
    // A line that only looks like JSON.
    return line;
  }
}
