import { describe, expect, it } from "vitest";
import { checkChain, checkChainText } from "./check-step.ts";
import { streamProblems } from "./generate.ts";
import { referenceLines } from "./problem.ts";

const problem = { steps: ["12 + 7 = 19", "19 * 3 = 57", "48 / 6 = 8", "57 - 8 = 49"], answer: "49" };
const verdicts = (lines: string[]): string[] => checkChain(problem, lines).map(({ verdict }) => verdict);

describe("checkChain", () => {
  it("accepts the reference, another order and commuted operands", () => {
    expect(verdicts(referenceLines(problem))).toEqual(["right", "right", "right", "right", "right"]);
    expect(verdicts(["48 / 6 = 8", "7 + 12 = 19", "3 * 19 = 57", "57 - 8 = 49", "Answer: 49"])).not.toContain("wrong");
  });

  it("marks a false sum and everything after it as wrong", () => {
    expect(verdicts(["12 + 7 = 18", "18 * 3 = 54", "48 / 6 = 8"])).toEqual(["wrong", "wrong", "wrong"]);
  });

  it("marks a true line that is no step of the solution as wrong", () => {
    expect(verdicts(["12 + 7 = 19", "19 * 6 = 114"])).toEqual(["right", "wrong"]);
  });

  it("marks a line whose operand is not known yet as wrong", () => {
    expect(verdicts(["19 * 3 = 57"])).toEqual(["wrong"]);
  });

  it("marks a repeated line, a wrong answer and noise as wrong", () => {
    expect(verdicts(["12 + 7 = 19", "12 + 7 = 19"])).toEqual(["right", "wrong"]);
    expect(verdicts(["12 + 7 = 19", "Answer: 19"])).toEqual(["right", "wrong"]);
    expect(verdicts(["hello"])).toEqual(["wrong"]);
  });

  it("takes the solutions of a quadratic in any order", () => {
    const quadratic = { steps: [], answer: "x = 2 or x = 3" };
    expect(checkChain(quadratic, ["Answer: x = 3 or x = 2"])[0]?.verdict).toBe("right");
  });
});

describe("both checkers", () => {
  it("find nothing wrong with any reference chain", () => {
    let count = 0;
    for (const generated of streamProblems({ seed: 4, split: "train" })) {
      const lines = referenceLines(generated);
      const exact = checkChain(generated, lines);
      const text = checkChainText(generated.prompt, lines);
      const shown = `${generated.prompt}\n${lines.map((l, i) => `${l} | ${exact[i]?.reason} | ${text[i]?.reason}`).join("\n")}`;
      expect(
        exact.every(({ verdict }) => verdict === "right"),
        shown,
      ).toBe(true);
      expect(
        text.every(({ verdict }) => verdict === "plausible"),
        shown,
      ).toBe(true);
      count += 1;
      if (count === 1500) break;
    }
  });
});

describe("checkChainText", () => {
  it("rejects false arithmetic and operands from nowhere", () => {
    const prompt = "Compute (12 + 7) * 3 - 48 / 6.";
    expect(checkChainText(prompt, ["12 + 7 = 19", "19 * 5 = 95"]).map((v) => v.verdict)).toEqual([
      "plausible",
      "wrong",
    ]);
    expect(checkChainText(prompt, ["12 + 7 = 20"])[0]?.reason).toBe("arithmetic is false");
    expect(checkChainText(prompt, ["12 + 7 = 19", "Answer: 77"])[1]?.verdict).toBe("wrong");
  });
});
