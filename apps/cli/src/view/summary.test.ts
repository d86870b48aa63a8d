import { describe, expect, it } from "vitest";
import { paintLine } from "../terminal/line.ts";
import { plainTheme } from "../terminal/theme.ts";
import { createPlainLines } from "./plain-lines.ts";
import { sampleEvents } from "./sample-events.ts";
import { applyEvent, createSolveView } from "./solve-view.ts";
import { bestSoFar, summaryLines, winningChain } from "./summary.ts";

function viewOf(events = sampleEvents()) {
  const view = createSolveView("q");
  for (const event of events) applyEvent(view, event);
  return view;
}

const text = (lines: ReturnType<typeof summaryLines>) => lines.map((line) => paintLine(line, false));

describe("summaryLines", () => {
  it("begins with the answer and its probability, then says why it stopped and what it cost", () => {
    const view = viewOf();
    if (!view.outcome) throw new Error("no outcome");
    const lines = text(summaryLines(view, view.outcome, plainTheme));
    expect(lines[0]).toBe("I reckon x = 2 or x = 3 (98 %)");
    expect(lines[1]).toBe("  2 of 3 votes, confidence by verifier; then x = 1 (1)");
    expect(lines[2]).toMatch(/^ {2}stopped: confident/);
    expect(lines[3]).toBe("  4 samples of 8 · 1 cancelled · 67 tokens (7 cancelled, 90 read by verifiers) · 1.24 s");
  });

  it("says why there is no answer", () => {
    const view = viewOf();
    if (!view.outcome) throw new Error("no outcome");
    const failed = { ...view.outcome, answer: undefined, candidates: [], failure: "the \x1b[31mmodel is gone" };
    const lines = text(summaryLines(view, { ...failed, stopReason: "failed" }, plainTheme));
    expect(lines[0]).toBe("no answer: the ␛[31mmodel is gone");
  });

  it("tells what was degraded", () => {
    const view = viewOf();
    if (!view.outcome) throw new Error("no outcome");
    const outcome = { ...view.outcome, degradations: ["the verifier did not answer"] };
    expect(text(summaryLines(view, outcome, plainTheme)).at(-1)).toBe("  degraded: the verifier did not answer");
  });

  it("names the best answer so far where the user interrupts", () => {
    expect(paintLine(bestSoFar(viewOf(sampleEvents({ ended: false }))), false)).toBe(
      "interrupted; so far I reckon x = 2 or x = 3 (90 %)",
    );
    expect(paintLine(bestSoFar(createSolveView("q")), false)).toBe("interrupted before there was an answer");
  });

  it("leaves the chain of thought behind the answer", () => {
    expect(winningChain(viewOf())).toEqual(["5 * 5 = 25", "4 * 6 = 24", "Answer: x = 2 or x = 3"]);
  });
});

describe("createPlainLines", () => {
  it("prints steps whole, however they were cut into deltas", () => {
    const lines = createPlainLines({ debug: false });
    const all = sampleEvents().flatMap((event) => lines.linesOf(event));
    expect(all[0]).toMatch(/^difficulty 0.42, adaptive, best-of-n/);
    expect(all).toContain("[1] 5 * 5 = 25");
    expect(all).toContain("[1] 4 * 6 = 24");
    expect(all).toContain("[1] Answer: x = 2 or x = 3");
    expect(all).toContain("[1] => x = 2 or x = 3 (stop, 30 tokens, vote 0.97)");
    expect(all).toContain("[2] => no answer (failed, 30 tokens, the backend went away)");
    expect(all).toContain("confidence 90 %: x = 2 or x = 3 (2 of 3 votes)");
  });

  it("adds signals, reasons and verdicts with debug", () => {
    const lines = createPlainLines({ debug: true });
    const all = sampleEvents().flatMap((event) => lines.linesOf(event));
    expect(all).toContain("signal length 0.20 x 0.30: 7 words");
    expect(all).toContain("why: no strategy was named: adaptive is the default");
    expect(all).toContain('[1] step 1 "5 * 5 = 25": prm 0.97');
  });

  it("lets no control character of the model through", () => {
    const lines = createPlainLines({ debug: true });
    const all = sampleEvents({ thought: "\x1b]0;owned\x07 2\n\x9b31m" }).flatMap((event) => lines.linesOf(event));
    expect(all.join("")).not.toMatch(/\p{Cc}/u);
  });
});
