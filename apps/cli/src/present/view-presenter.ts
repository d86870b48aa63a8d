import { writeLines } from "../io.ts";
import { describeError } from "../terminal/describe-error.ts";
import { fitLine, type Line, paintLine, span } from "../terminal/line.ts";
import { createScreen, type ScreenStream } from "../terminal/screen.ts";
import { themeOf } from "../terminal/theme.ts";
import { debugReport } from "../view/debug-report.ts";
import { solveFrame } from "../view/frame.ts";
import { applyEvent, createSolveView } from "../view/solve-view.ts";
import { bestSoFar, summaryLines, winningChain } from "../view/summary.ts";
import type { Presenter, PresenterOptions } from "./create-presenter.ts";
import { createTimings } from "./timings.ts";

/** The live view on a terminal. When it ends it leaves the best chain of thought and the summary behind. */
export function createViewPresenter({ question, debug, io }: PresenterOptions): Presenter {
  const view = createSolveView(question);
  const theme = themeOf(io.stdout, io.env);
  const timings = createTimings();
  let waitingFor = "starting";
  const screen = createScreen({
    stream: io.stdout as unknown as ScreenStream,
    color: theme.color,
    frame: (size) => {
      const sinceStartMs = performance.now();
      return solveFrame(view, size, { theme, debug, tick: Math.floor(sinceStartMs / 100), sinceStartMs, waitingFor });
    },
  });
  const write = (lines: readonly Line[]) => {
    const width = Math.max(20, (io.stdout.columns ?? 80) - 1);
    return writeLines(
      io.stdout,
      lines.map((line) => paintLine(fitLine(line, width, theme.glyphs.ellipsis), theme.color)),
    );
  };
  return {
    connected() {
      timings.connected();
      waitingFor = "estimating";
      screen.changed();
    },
    async event(event) {
      timings.event(event);
      applyEvent(view, event);
      screen.changed();
    },
    async ended(outcome) {
      screen.close();
      if (debug) await write([...debugReport(view, theme), [span(timings.line(), "dim")], []]);
      const chain = winningChain(view).map((step): Line => [span(`  ${step}`, "dim")]);
      await write([...chain, ...summaryLines(view, outcome, theme)]);
    },
    async failed(error, interrupted) {
      screen.close();
      if (!interrupted) return writeLines(io.stderr, [`reckon: ${describeError(error)}`]);
      await write([bestSoFar(view)]);
    },
    close: () => screen.close(),
  };
}
