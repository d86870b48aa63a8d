import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Line, span } from "./line.ts";
import { createScreen, type ScreenStream, type Size } from "./screen.ts";

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] }),
);
afterEach(() => void vi.useRealTimers());

function start(frame: (size: Size) => Line[]) {
  const writes: string[] = [];
  const listeners = new Set<() => void>();
  const stream = {
    columns: 80,
    rows: 24,
    writableNeedDrain: false as boolean,
    write: (text: string) => writes.push(text) > 0,
    on: (_: "resize", listener: () => void) => listeners.add(listener),
    off: (_: "resize", listener: () => void) => listeners.delete(listener),
  } satisfies ScreenStream;
  const screen = createScreen({ stream, frame, color: false });
  return { screen, stream, writes, resize: () => [...listeners].map((listener) => listener()), listeners };
}

describe("createScreen", () => {
  it("writes each frame at once: home, every line erased to its end, what is below erased", () => {
    const { writes } = start(() => [[span("one")], [span("two")]]);
    vi.advanceTimersByTime(1);
    expect(writes.at(-1)).toBe("\x1b[?2026h\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J\x1b[?2026l");
  });

  it("draws at most twenty frames a second, and none where nothing changed", () => {
    let count = 0;
    const { screen, writes } = start(() => [[span(String(count))]]);
    for (let ms = 0; ms < 1000; ms += 1) {
      count += 1;
      screen.changed();
      vi.advanceTimersByTime(1);
    }
    expect(writes.length - 1).toBeLessThanOrEqual(21);
    expect(writes.length - 1).toBeGreaterThanOrEqual(15);
    vi.advanceTimersByTime(200);
    const before = writes.length;
    vi.advanceTimersByTime(1000);
    expect(writes.length).toBe(before);
  });

  it("draws anew in the new size", () => {
    const { stream, writes, resize } = start(({ columns, rows }) => [[span(`${columns}x${rows}`)]]);
    vi.advanceTimersByTime(1);
    stream.columns = 40;
    stream.rows = 10;
    resize();
    vi.advanceTimersByTime(60);
    expect(writes.at(-1)).toContain("40x10");
  });

  it("skips frames while the terminal is behind", () => {
    const { screen, stream, writes } = start(() => [[span(String(Math.random()))]]);
    vi.advanceTimersByTime(1);
    stream.writableNeedDrain = true;
    const before = writes.length;
    screen.changed();
    vi.advanceTimersByTime(500);
    expect(writes.length).toBe(before);
    stream.writableNeedDrain = false;
    vi.advanceTimersByTime(100);
    expect(writes.length).toBeGreaterThan(before);
  });

  it("gives the terminal back once, and draws no more", () => {
    const { screen, writes, listeners } = start(() => [[span("x")]]);
    screen.close();
    screen.close();
    screen.changed();
    vi.advanceTimersByTime(500);
    expect(writes).toEqual(["\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"]);
    expect(listeners.size).toBe(0);
  });
});
