import { type Line, type Span, type Style, span } from "../terminal/line.ts";
import type { Glyphs } from "../terminal/theme.ts";

/** A bar of `width` cells for a share in [0, 1], with a mark where `target` lies. Shares outside are clamped. */
export function bar(share: number, width: number, glyphs: Glyphs, style: Style, target?: number): Line {
  if (width <= 0) return [];
  const clamped = Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share));
  const filled = Math.round(clamped * width);
  const cells = Array.from({ length: width }, (_, cell) => (cell < filled ? glyphs.full : glyphs.empty));
  const mark = target === undefined ? -1 : Math.min(width - 1, Math.floor(target * width));
  const spans: Span[] = [];
  const add = (text: string, textStyle: Style) => text !== "" && spans.push(span(text, textStyle));
  if (mark >= filled) {
    add(cells.slice(0, filled).join(""), style);
    add(cells.slice(filled, mark).join(""), "dim");
    add(glyphs.separator, "plain");
    add(cells.slice(mark + 1).join(""), "dim");
  } else {
    add(cells.slice(0, filled).join(""), style);
    add(cells.slice(filled).join(""), "dim");
  }
  return spans;
}

/** One cell a step, as high as its score. */
export function scoreSigns(scores: readonly (number | undefined)[], glyphs: Glyphs): Line {
  return scores.map((score) => (score === undefined ? span(glyphs.unscored, "dim") : scoreSign(score, glyphs)));
}

/** The style that says how good a probability is. */
export function styleOfScore(score: number): Style {
  if (score >= 0.7) return "good";
  return score >= 0.4 ? "warn" : "bad";
}

function scoreSign(score: number, glyphs: Glyphs): Span {
  const level = Math.min(glyphs.levels.length - 1, Math.max(0, Math.floor(score * glyphs.levels.length)));
  return span(glyphs.levels[level] ?? glyphs.unscored, styleOfScore(score));
}
