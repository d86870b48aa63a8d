import { fitLine, type Line, span } from "../terminal/line.ts";
import type { Theme } from "../terminal/theme.ts";
import { bar } from "./bars.ts";
import { duration, plural } from "./format.ts";

/** How far a batch has come. */
export interface BatchProgress {
  readonly total: number;
  readonly solved: number;
  readonly failed: number;
  readonly answered: number;
  readonly outputTokens: number;
  readonly elapsedMs: number;
}

/** The line of a running batch, with the time that is left where it can be told; fits `width`. */
export function progressLine(progress: BatchProgress, width: number, { glyphs }: Theme): Line {
  const { total, solved, failed, answered, outputTokens, elapsedMs } = progress;
  const done = solved + failed;
  const left = done > 0 && done < total ? [`${duration((elapsedMs / done) * (total - done))} left`] : [];
  const words = [
    ` ${done}/${total}`,
    `${answered} answered`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    plural(outputTokens, "token"),
    duration(elapsedMs),
    ...left,
  ].join(` ${glyphs.dot} `);
  const barWidth = Math.min(30, Math.max(0, width - words.length - 1));
  return fitLine(
    [...bar(total === 0 ? 1 : done / total, barWidth, glyphs, "accent"), span(words)],
    width,
    glyphs.ellipsis,
  );
}
