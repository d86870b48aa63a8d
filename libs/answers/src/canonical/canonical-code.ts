const FENCE = /^(?:```|~~~)[^\n]*\n([\s\S]*?)\n?(?:```|~~~)\s*$/;

/**
 * Program text without what does not change it: the Markdown fence, line ending style, trailing white space, blank lines
 * and the indentation that all lines share. Comments and names count: two programs that only behave alike are different.
 */
export function canonicalCode(answer: string): string {
  const trimmed = answer
    .replace(/\r\n?/g, "\n")
    .trimEnd()
    .replace(/^(?:[ \t]*\n)+/, "");
  const body = FENCE.exec(trimmed)?.[1] ?? trimmed;
  const lines = body.split("\n").map((line) => line.replaceAll("\t", "    ").trimEnd());
  const written = lines.filter((line) => line !== "");
  const indents = written.map((line) => line.length - line.trimStart().length);
  const shared = indents.reduce((least, indent) => Math.min(least, indent), Number.MAX_SAFE_INTEGER);
  return written.map((line) => line.slice(shared)).join("\n");
}
