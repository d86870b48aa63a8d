import { describe, expect, it } from "vitest";
import { checkStep, createChecker } from "./check-step.ts";

function verdict(step: string, question: string, earlier: readonly string[] = []): 0 | 1 | "abstains" {
  return checkStep(step, { question, earlier }).score ?? "abstains";
}

const sums = "Ann has 37 apples, 58 pears, 12, 16, 10, 3, 7, 81, 48, 6, 47 and 23 of this and that.";

describe("checkStep", () => {
  it.each([
    ["37 + 58 = 95", 1],
    ["37 + 58 = 96", 0],
    ["37 + 58 = 95.", 1],
    ["So 37 + 58 = 95 apples.", 1],
    ["So 37 + 58 = 96 apples.", 0],
    ["1. 37 + 58 = 95", 1],
    ["Step 2: 37 + 58 = 94", 0],
    ["sqrt(16) = 4", 1],
    ["sqrt(16) = 5", 0],
    ["√81 = 9", 1],
    ["12/16 = 3/4", 1],
    ["12/16 = 75%", 1],
    ["10% of 48 = 4.8", 1],
    ["10 / 3 = 3.33", 1],
    ["10 / 3 = 3.34", 0],
    ["10 / 3 = 3.3", 0],
    ["48 / 6 = 8 = 16 / 2", 1],
    ["48 / 6 = 8 = 16 / 3", 0],
    ["$37 + $58 = $95", 1],
    ["-12 - -16 = 4", 1],
    ["47 * 20 = 940", 1],
    ["\\frac{12}{16} = \\frac{3}{4}", 1],
    ["5x - 2x = 3x", 1],
    ["5x - 2x = 4x", 0],
    ["5 * 3t = 15t", 1],
    ["2(x + 3) = 2x + 6", 1],
  ] as const)("judges %j as %s", (step, expected) => {
    expect(verdict(step, sums)).toBe(expected);
  });

  it.each([
    "Let us think about the apples.",
    "Tom has 5 apples",
    "x = 5",
    "17 % 5 = 2",
    "17 / 5 = 3 R 2",
    "Day 2 + 3 = 6",
    "7 = 7",
    "5 = 7",
    "x + y = 7",
    "0 / 0 = 1",
    "",
    "= = =",
  ])("abstains on %j", (step) => {
    expect(verdict(step, sums)).toBe("abstains");
  });

  it("abstains where the arithmetic is right but a number comes from nowhere", () => {
    expect(checkStep("37 + 59 = 96", { question: sums, earlier: [] }).abstention).toContain("59");
    expect(verdict("95 * 12 = 1140", sums)).toBe("abstains");
    expect(verdict("95 * 12 = 1140", sums, ["37 + 58 = 95"])).toBe(1);
  });

  it("compares equations in the unknown with the question's equation", () => {
    const linear = "Solve 3x + 5 = 20";
    expect(verdict("3x = 15", linear)).toBe(1);
    expect(verdict("3x = 14", linear)).toBe(0);
    expect(verdict("x = 15/3 = 5", linear, ["20 - 5 = 15"])).toBe(1);
    expect(verdict("3x + 5 = 20", linear)).toBe(1);
    expect(verdict("y = 5", linear)).toBe("abstains");
    const quadratic = "Solve: x^2 - 5x + 6 = 0";
    expect(verdict("(x - 2)(x - 3) = 0", quadratic)).toBe(1);
    expect(verdict("(x - 1)(x - 6) = 0", quadratic)).toBe(0);
    expect(verdict("x^2 - 5x + 6 = (x - 2)(x - 3)", quadratic)).toBe(1);
    expect(verdict("x = 2", quadratic)).toBe(1);
    expect(verdict("D = 25 - 24 = 1", quadratic)).toBe("abstains");
    expect(verdict("D = 25 - 24 = 1", quadratic, ["5 * 5 = 25", "4 * 6 = 24"])).toBe(1);
  });

  it("checks the answer line against the question", () => {
    expect(verdict("Answer: x = 2 or x = 3", "Solve: x^2 - 5x + 6 = 0")).toBe(1);
    expect(verdict("Answer: x = 2", "Solve: x^2 - 5x + 6 = 0")).toBe(0);
    expect(verdict("Answer: 95", sums)).toBe("abstains");
  });

  it("keeps the samples of one question apart", () => {
    const checker = createChecker("What is 37 + 58?");
    const [first, second] = [checker.openSample(), checker.openSample()];
    expect(first.step("37 + 58 = 95").score).toBe(1);
    expect(first.step("95 + 37 = 132").score).toBe(1);
    expect(second.step("95 + 37 = 132").score).toBeUndefined();
  });
});
