import { type Line, paintLine } from "./line.ts";

/** What a screen draws on; `process.stdout` is one. */
export interface ScreenStream {
  readonly columns?: number;
  readonly rows?: number;
  readonly writableNeedDrain?: boolean;
  write(text: string): boolean;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

/** The size of a terminal in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What `createScreen` needs. */
export interface ScreenOptions {
  readonly stream: ScreenStream;
  /** Draws the frame for a size; at most `rows` lines, none wider than `columns`. */
  readonly frame: (size: Size) => readonly Line[];
  readonly color: boolean;
  /** The most frames a second. Default 20. */
  readonly maxFramesPerSecond?: number;
}

/** A full-screen view that is redrawn, never more often than its limit. */
export interface Screen {
  /** Something changed; a frame follows soon. */
  changed(): void;
  /** Gives the terminal back as it was. May be called more than once. */
  close(): void;
}

const enter = "\x1b[?1049h\x1b[?25l";
const leave = "\x1b[?25h\x1b[?1049l";
// Synchronised output: terminals that know it show a frame at once, the others ignore it.
const begin = "\x1b[?2026h\x1b[H";
const end = "\x1b[J\x1b[?2026l";

/**
 * Takes the alternate screen. Each frame is one write, from the top left, every line erased to its end, so that nothing
 * flickers and nothing of an earlier frame stays. A frame is skipped while the terminal has not taken the last one.
 */
export function createScreen({ stream, frame, color, maxFramesPerSecond = 20 }: ScreenOptions): Screen {
  const intervalMs = 1000 / maxFramesPerSecond;
  let timer: NodeJS.Timeout | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let shown = "";
  let open = true;

  const draw = () => {
    timer = undefined;
    if (!open) return;
    if (stream.writableNeedDrain) return changed();
    lastMs = performance.now();
    const size = { columns: Math.max(1, stream.columns ?? 80), rows: Math.max(1, stream.rows ?? 24) };
    const lines = frame(size).slice(0, size.rows);
    const text = lines.map((line) => `${paintLine(line, color)}\x1b[K`).join("\r\n");
    if (text === shown) return;
    shown = text;
    stream.write(begin + text + end);
  };
  const changed = () => {
    if (!open || timer !== undefined) return;
    timer = setTimeout(draw, Math.max(0, lastMs + intervalMs - performance.now()));
  };
  const resized = () => {
    shown = "";
    changed();
  };
  // The spinner and the clock move while nothing else does.
  const tick = setInterval(changed, 100);
  const close = () => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    clearInterval(tick);
    stream.off("resize", resized);
    process.off("exit", close);
    stream.write(leave);
  };

  stream.on("resize", resized);
  process.on("exit", close);
  stream.write(enter);
  changed();
  return { changed, close };
}
