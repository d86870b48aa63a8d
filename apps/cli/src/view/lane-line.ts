import { cellWidth, fitEnd, fitStart } from "../terminal/cell-width.ts";
import { fitLine, type Line, lineWidth, type Span, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import type { Theme } from "../terminal/theme.ts";
import { scoreSigns } from "./bars.ts";
import type { Lane } from "./solve-view.ts";

/** What one lane's line needs beside the lane. */
export interface LaneLineOptions {
  readonly width: number;
  readonly theme: Theme;
  /** Canonical form of the leading candidate. */
  readonly leader: string | undefined;
  /** Which picture of the spinner. */
  readonly tick: number;
}

/** The line of one sample: its number, its state, a sign a step, and its live thought or its answer; fits `width`. */
export function laneLine(lane: Lane, { width, theme, leader, tick }: LaneLineOptions): Line {
  const { glyphs } = theme;
  const number = span(String(lane.sample + 1).padStart(3), "dim");
  const shown = lane.steps.filter(({ text, score }) => text !== "" || score !== undefined);
  // A long chain keeps room for its text: the latest signs are the interesting ones.
  const signs = scoreSigns(
    shown.slice(-Math.max(3, Math.floor(width / 4))).map(({ score }) => score),
    glyphs,
  );
  const head: Line = [number, span(" "), stateSign(lane, theme, leader, tick), span(" "), ...signs, span(" ")];
  const room = width - lineWidth(head);
  if (room <= 0) return fitLine(head, width, glyphs.ellipsis);
  return [
    ...head,
    ...thoughtOf(
      lane,
      shown.map(({ text }) => stripControl(text)),
      room,
      theme,
      leader,
    ),
  ];
}

function stateSign(lane: Lane, { glyphs }: Theme, leader: string | undefined, tick: number): Span {
  switch (lane.end) {
    case undefined:
      return span(glyphs.thinking[tick % glyphs.thinking.length] ?? "", "accent");
    case "stop":
    case "length":
      if (lane.answer === undefined) return span(glyphs.failed, "warn");
      return span(glyphs.right, lane.canonical === leader ? "good" : "warn");
    case "pruned":
      return span(glyphs.cut, "warn");
    case "failed":
      return span(glyphs.failed, "bad");
    case "cancelled":
    case "unknown":
      return span(glyphs.stopped, "dim");
  }
}

function thoughtOf(lane: Lane, steps: readonly string[], room: number, theme: Theme, leader: string | undefined): Line {
  const { glyphs } = theme;
  const joined = steps.join(` ${glyphs.separator} `);
  if (lane.end === undefined) return [span(fitEnd(joined, room, glyphs.ellipsis))];
  if (lane.answer !== undefined) {
    const answer = fitStart(stripControl(lane.answer), room, glyphs.ellipsis);
    const before = steps.slice(0, -1).join(` ${glyphs.separator} `);
    const left = room - cellWidth(answer) - 2;
    const style = lane.canonical === leader ? "good" : "warn";
    if (left < 8 || before === "") return [span(answer, style)];
    return [span(answer, style), span("  "), span(fitStart(before, left, glyphs.ellipsis), "dim")];
  }
  const why = lane.end === "failed" ? stripControl(lane.failure ?? "failed") : reasons[lane.end];
  return fitLine([span(why, "dim"), span("  "), span(joined, "dim")], room, glyphs.ellipsis);
}

const reasons = {
  stop: "no answer",
  length: "cut off",
  cancelled: "cancelled",
  pruned: "pruned",
  unknown: "ended",
} as const;
