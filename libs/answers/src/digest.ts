import { createHash } from "node:crypto";

const MAX_CANONICAL = 256;

/** The text itself where it is short; else its beginning and a SHA-256 of all of it, so that canonical forms stay small. */
export function digest(text: string): string {
  if (text.length <= MAX_CANONICAL) return text;
  return `${text.slice(0, 64)}… sha256:${createHash("sha256").update(text).digest("hex")}`;
}
