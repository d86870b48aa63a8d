import { type Line, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import type { Theme } from "../terminal/theme.ts";
import { bar, styleOfScore } from "./bars.ts";
import { debugLines } from "./debug-lines.ts";
import { duration, percent, plural, score } from "./format.ts";
import { lanesInOrder, type SolveView } from "./solve-view.ts";

/** All of a solve after its end: signals, why this plan, every step with its score, and confidence over time. */
export function debugReport(view: SolveView, theme: Theme): Line[] {
  const { glyphs } = theme;
  const steps = lanesInOrder(view).flatMap((lane): Line[] => [
    [
      span(`sample ${lane.sample + 1}`, "bold"),
      span(` ${lane.end ?? "thinking"}, ${plural(lane.outputTokens, "token")}`, "dim"),
      span(lane.answer === undefined ? "" : ` => ${stripControl(lane.answer)}`),
    ],
    ...lane.steps
      .filter(({ text }) => text !== "")
      .map(
        (step): Line => [
          step.score === undefined ? span("     ") : span(` ${score(step.score)}`, styleOfScore(step.score)),
          span(` ${stripControl(step.text)}`),
        ],
      ),
  ]);
  const history = view.history.map(
    (point): Line => [
      span(duration(point.elapsedMs).padStart(10), "dim"),
      span(" "),
      ...bar(point.value, 30, glyphs, styleOfScore(point.value)),
      span(` ${percent(point.value)}`),
      span(` ${plural(point.votes, "vote")}, stays the leader ${percent(point.leaderStays)}`, "dim"),
    ],
  );
  return [
    [span("difficulty and plan", "bold")],
    ...debugLines(view, 160, theme),
    ...steps,
    [span("confidence over time", "bold")],
    ...history,
  ];
}
