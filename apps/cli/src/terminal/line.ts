import { cellWidth, fitStart } from "./cell-width.ts";

/** How a span looks; where colours are off, nothing of it is shown. */
export type Style = "plain" | "bold" | "dim" | "good" | "bad" | "warn" | "accent";

/** A piece of a line in one style. Its text must be free of control characters. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of the screen. */
export type Line = readonly Span[];

/** Makes a span. */
export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

/** Cells that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + cellWidth(text), 0);
}

/** A line cut to `width` cells. */
export function fitLine(line: Line, width: number, ellipsis = "…"): Line {
  if (lineWidth(line) <= width) return line;
  const fitted: Span[] = [];
  let room = width;
  for (const { text, style } of line) {
    const cells = cellWidth(text);
    if (cells < room) {
      fitted.push({ text, style });
      room -= cells;
      continue;
    }
    // The rest of the line is longer than the room, so this span ends in the ellipsis even where it would just fit.
    fitted.push({ text: fitStart(`${text} `, room, ellipsis), style });
    break;
  }
  return fitted;
}

/** Two parts of one line, the second at the right edge; it goes first where there is no room for both. */
export function spread(left: Line, right: Line, width: number, ellipsis = "…"): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth + 2 > width / 2) return fitLine(left, width, ellipsis);
  const fitted = fitLine(left, width - rightWidth - 1, ellipsis);
  return [...fitted, span(" ".repeat(width - rightWidth - lineWidth(fitted))), ...right];
}

const codes: Readonly<Record<Style, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  good: "32",
  bad: "31",
  warn: "33",
  accent: "36",
};

/** The line as text, with SGR sequences where `color` is on. */
export function paintLine(line: Line, color: boolean): string {
  if (!color) return line.map(({ text }) => text).join("");
  return line
    .map(({ text, style }) => (style === "plain" || text === "" ? text : `\x1b[${codes[style]}m${text}\x1b[0m`))
    .join("");
}
