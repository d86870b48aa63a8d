import { describe, expect, it } from "vitest";
import { rememberingPrm } from "./remembering-prm.ts";

describe("rememberingPrm", () => {
  it("computes a score once for equal lines of a question, and reads what it skipped before it goes on", async () => {
    const read: string[] = [];
    const open = rememberingPrm(() => {
      const lines = new Map<number, string[]>();
      return {
        async score(sample, step, last) {
          lines.set(sample, [...(lines.get(sample) ?? []), step]);
          read.push(`${lines.get(sample)?.join("|")}${last ? "." : ""}`);
          return { score: step.length / 10, tokens: step.length };
        },
        drop: () => undefined,
        close: () => undefined,
      };
    });
    const scoring = open("q");
    expect(await scoring.score(0, "a", false)).toEqual({ score: 0.1, tokens: 1 });
    expect(await scoring.score(1, "a", false)).toEqual({ score: 0.1, tokens: 1 });
    expect(read).toEqual(["a"]);
    await scoring.score(1, "bb", true);
    expect(read).toEqual(["a", "a", "a|bb."]);
    await open("other").score(0, "a", false);
    expect(read).toHaveLength(4);
  });
});
