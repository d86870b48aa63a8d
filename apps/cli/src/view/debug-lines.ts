import type { Plan, SolveStarted } from "@reckon/client";
import { fitLine, type Line, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import type { Theme } from "../terminal/theme.ts";
import { bar } from "./bars.ts";

/** The signals of the difficulty and the reasons of the plan, a line each. */
export function debugLines(
  view: {
    readonly started: SolveStarted | undefined;
    readonly plan: Plan | undefined;
  },
  width: number,
  { glyphs }: Theme,
): Line[] {
  const { started, plan } = view;
  if (!started) return [];
  const signals = started.difficulty.signals.map(
    (signal): Line => [
      span(stripControl(signal.name).padEnd(16), "dim"),
      ...bar(signal.value, 12, glyphs, "accent"),
      span(` ${signal.value.toFixed(2)} x ${signal.weight.toFixed(2)}  `),
      span(stripControl(signal.detail), "dim"),
    ],
  );
  const reasons = (plan?.reasons ?? []).map((reason): Line => [span("why  ", "accent"), span(stripControl(reason))]);
  return [...signals, ...reasons].map((line) => fitLine(line, width, glyphs.ellipsis));
}
