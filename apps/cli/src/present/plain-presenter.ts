import { writeLines } from "../io.ts";
import { describeError } from "../terminal/describe-error.ts";
import { paintLine } from "../terminal/line.ts";
import { themeOf } from "../terminal/theme.ts";
import { createPlainLines } from "../view/plain-lines.ts";
import { applyEvent, createSolveView } from "../view/solve-view.ts";
import { bestSoFar, summaryLines } from "../view/summary.ts";
import type { Presenter, PresenterOptions } from "./create-presenter.ts";
import { createTimings } from "./timings.ts";

/** Lines of text, a step a line, and the summary at the end. */
export function createPlainPresenter({ question, debug, io }: PresenterOptions): Presenter {
  const view = createSolveView(question);
  const lines = createPlainLines({ debug });
  const theme = themeOf(io.stdout, io.env);
  const timings = createTimings();
  return {
    connected: () => timings.connected(),
    async event(event) {
      timings.event(event);
      applyEvent(view, event);
      await writeLines(io.stdout, lines.linesOf(event));
    },
    async ended(outcome) {
      if (debug) await writeLines(io.stdout, [timings.line()]);
      await writeLines(
        io.stdout,
        summaryLines(view, outcome, theme).map((line) => paintLine(line, theme.color)),
      );
    },
    async failed(error, interrupted) {
      if (!interrupted) return writeLines(io.stderr, [`reckon: ${describeError(error)}`]);
      await writeLines(io.stdout, [paintLine(bestSoFar(view), theme.color)]);
    },
    close: () => undefined,
  };
}
