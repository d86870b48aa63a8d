import { type Line, paintLine } from "./line.ts";

/** A line at the bottom of the output that is written over and over. */
export interface StatusLine {
  /** Shows it, at most ten times a second. */
  show(line: Line): void;
  /** Erases it, so that other lines can be written. */
  clear(): void;
}

/** A status line on a terminal; nothing at all elsewhere. */
export function createStatusLine(stream: NodeJS.WritableStream & { isTTY?: boolean }, color: boolean): StatusLine {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(line) {
      if (!stream.isTTY || performance.now() - shownAtMs < 100) return;
      shownAtMs = performance.now();
      stream.write(`\r${paintLine(line, color)}\x1b[K`);
    },
    clear() {
      if (!stream.isTTY || shownAtMs === Number.NEGATIVE_INFINITY) return;
      shownAtMs = Number.NEGATIVE_INFINITY;
      stream.write("\r\x1b[K");
    },
  };
}
