import { describe, expect, it } from "vitest";
import { extractAnswer } from "./extract-answer.ts";

describe("extractAnswer", () => {
  it.each([
    ["12 + 7 = 19\nAnswer: 49", "49"],
    ["Answer: 3\nno wait\nAnswer: x = 2 or x = 3", "x = 2 or x = 3"],
    ["**Answer:** 5", "5"],
    ["**Answer: 5**", "5"],
    ["### Final answer: (B).", "(B)"],
    ["So, the answer: 7", "7"],
    ["Answer: \\boxed{\\frac{1}{2}}", "\\frac{1}{2}"],
    ["Answer:\n\n42", "42"],
    ["Thus \\boxed{12} and so \\boxed{\\text{a } \\{2, 3\\}}.", "\\text{a } \\{2, 3\\}"],
    ["x\n#### 72", "72"],
    ["I think the answer is 42.", "42"],
    ["The answer is $5.50.", "$5.50"],
  ])("reads %j as %j", (text, answer) => {
    expect(extractAnswer(text)).toBe(answer);
  });

  it("takes the last number only for kind number", () => {
    expect(extractAnswer("we get 12 and then 7 more, 19", "number")).toBe("19");
    expect(extractAnswer("we get 12 and then 7 more, 19")).toBeUndefined();
    expect(extractAnswer("a total of -3.5%", "number")).toBe("-3.5%");
    expect(extractAnswer("it costs $1,234.50.", "number")).toBe("$1,234.50");
  });

  it("does not take versions, identifiers and dates for numbers", () => {
    expect(extractAnswer("we used node 24.1.0", "number")).toBeUndefined();
    expect(extractAnswer("see v2 of abc123", "number")).toBeUndefined();
    expect(extractAnswer("there are 7 in v1.2.3", "number")).toBe("7");
  });

  it("takes the last fenced block for code and the last whole value for tool calls", () => {
    expect(extractAnswer("```py\na\n```\nbetter:\n```py\nb\nc\n```\ndone", "code")).toBe("b\nc");
    expect(extractAnswer('first {"a":1} then {"b":"}"} and { broken', "tool-call")).toBe('{"b":"}"}');
  });

  it("finds nothing where there is nothing", () => {
    expect(extractAnswer("", "number")).toBeUndefined();
    expect(extractAnswer("Answer:", "number")).toBeUndefined();
    expect(extractAnswer("\\boxed{1", "text")).toBeUndefined();
  });
});
