import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineWidth, paintLine } from "../terminal/line.ts";
import { plainTheme } from "../terminal/theme.ts";
import { lanesToShow, solveFrame } from "./frame.ts";
import { sampleEvents } from "./sample-events.ts";
import { applyEvent, createSolveView, type SolveView } from "./solve-view.ts";

const options = { theme: plainTheme, debug: false, tick: 0, sinceStartMs: 0, waitingFor: "starting" };

function viewOf(events = sampleEvents()): SolveView {
  const view = createSolveView("Solve: x^2 - 5x + 6 = 0");
  for (const event of events) applyEvent(view, event);
  return view;
}

function textOf(view: SolveView, columns = 100, rows = 24, debug = false): string[] {
  return solveFrame(view, { columns, rows }, { ...options, debug }).map((line) => paintLine(line, false));
}

describe("solveFrame", () => {
  it("shows the question, the plan, a lane a sample, the candidates, the confidence and what was spent", () => {
    const lines = textOf(viewOf(sampleEvents({ ended: false })));
    const text = lines.join("\n");
    expect(lines[0]).toContain("Solve: x^2 - 5x + 6 = 0");
    expect(lines[1]).toContain("adaptive · best-of-n · weighted-vote · up to 8 samples, 4 at once");
    expect(lines[1]).toContain("difficulty 0.42");
    expect(lines.find((line) => line.startsWith("  1 "))).toContain("x = 2 or x = 3");
    expect(lines.find((line) => line.startsWith("  2 "))).toContain("the backend went away");
    expect(lines.find((line) => line.startsWith("  3 "))).toContain("4 * 6 = 24");
    expect(text).toContain("95 %");
    expect(text).toContain("2 votes (weight 1.9)");
    expect(lines.at(-2)).toMatch(/^confidence .*90 % by verifier/);
    expect(lines.at(-1)).toContain("3 of 8 samples · 1 thinking");
    expect(lines.at(-1)).toContain("7 cancelled");
    expect(text).toContain("degraded: the verifier failed");
  });

  it("says what it waits for before the first event", () => {
    const lines = textOf(createSolveView("q"));
    expect(lines[1]).toBe("starting");
    expect(lines.some((line) => line.includes("confidence"))).toBe(true);
  });

  it("marks where the confidence is enough", () => {
    const view = viewOf(sampleEvents({ ended: false }));
    view.confidence = { value: 0.2, kind: "agreement" };
    expect(textOf(view).at(-2)).toMatch(/█+░+│░+$/);
  });

  it("shows signals and reasons with debug", () => {
    const text = textOf(viewOf(), 100, 40, true).join("\n");
    expect(text).toContain("7 words");
    expect(text).toContain("adaptive is the default");
  });

  it("fits every size, and never touches the right edge", () => {
    const sizes = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) });
    const thoughts = fc.string({ unit: "binary", maxLength: 400 });
    fc.assert(
      fc.property(sizes, thoughts, fc.boolean(), (size, thought, debug) => {
        const view = viewOf(sampleEvents({ ended: false, thought }));
        const lines = solveFrame(view, size, { ...options, debug });
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const line of lines) {
          expect(lineWidth(line)).toBeLessThanOrEqual(Math.max(1, size.columns - 1));
          expect(paintLine(line, false)).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it("keeps the confidence where there is little room", () => {
    for (const rows of [2, 4, 6, 8]) {
      expect(textOf(viewOf(), 60, rows).some((line) => line.includes("confidence"))).toBe(true);
    }
  });

  it("writes no colour where colours are off, and the same text where they are on", () => {
    const lines = solveFrame(viewOf(), { columns: 90, rows: 24 }, options);
    for (const line of lines) {
      const plain = paintLine(line, false);
      expect(paintLine(line, true).replace(/\x1b\[[0-9;]*m/g, "")).toBe(plain);
      expect(plain).not.toContain("\x1b");
    }
  });
});

describe("lanesToShow", () => {
  it("keeps what thinks and what ended last, in their order", () => {
    const view = viewOf();
    const [ended, failed, live] = [...view.lanes.values()];
    expect(
      lanesToShow(
        [ended, failed, live].flatMap((lane) => lane ?? []),
        2,
      ),
    ).toEqual([failed, live]);
    expect(lanesToShow([...view.lanes.values()], 0)).toEqual([]);
  });
});
