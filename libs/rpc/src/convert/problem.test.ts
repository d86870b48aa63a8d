import { create } from "@bufbuild/protobuf";
import { problemFromPrompt, type ReckonError } from "@reckon/core";
import { ProblemSchema } from "@reckon/proto/reckon/types/v1/problem";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemFromProto, problemToProto } from "./problem.ts";

const user = { role: 2, content: "What is 2 + 3?" } as const;
const violationsOf = (init: Parameters<typeof create<typeof ProblemSchema>>[1] | undefined) => {
  try {
    problemFromProto(init && create(ProblemSchema, init));
    return [];
  } catch (error) {
    return (error as ReckonError).violations.map(({ field, description }) => `${field} ${description}`);
  }
};

describe("a problem from the wire", () => {
  it.each([
    [undefined, "problem is missing"],
    [{}, "problem.prompt 0 bytes are less than the limit of 1"],
    [{ prompt: " \n\t" }, "problem.prompt holds nothing but white space"],
    [{ prompt: "x".repeat(1_048_577) }, "problem.prompt 1048577 bytes are more than the limit of 1048576 bytes"],
    [{ prompt: "a\0" }, "problem.prompt holds a NUL character at position 1; 0 are allowed"],
    [{ prompt: "a", messages: [user] }, "problem has both prompt and messages; one of them is allowed"],
    [{ messages: Array(1_025).fill(user) }, "problem.messages 1025 messages are more than the limit of 1024"],
    [
      {
        messages: [
          { ...user, content: "x".repeat(600_000) },
          { ...user, content: "x".repeat(600_000) },
        ],
      },
      "problem.messages 1200000 bytes are more than the limit of 1048576 bytes",
    ],
    [
      { messages: [user, { role: 3, content: "5" }] },
      "problem.messages[1].role is assistant; the last message must be the user's",
    ],
    [
      { messages: [{ role: 9 as never, content: "x" }, user] },
      "problem.messages[0].role 9 is none of ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT",
    ],
    [
      { messages: [{ ...user, content: " " }] },
      "problem.messages[0].content is empty; the last message asks the question",
    ],
  ])("is refused (%#)", (init, expected) => {
    expect(violationsOf(init as never)).toEqual([expected]);
  });

  it("may have an unknown kind of answer only by number, and that is refused by name", () => {
    expect(violationsOf({ prompt: "a", answerKind: 77 as never })[0]).toMatch(
      /^problem.answer_kind 77 is none of ANSWER_KIND_NUMBER/,
    );
  });

  it("takes 50,000 digits", () => {
    expect(violationsOf({ prompt: "7".repeat(50_000) })).toEqual([]);
  });

  it("reads a message without a role as the user's", () => {
    const problem = problemFromProto(create(ProblemSchema, { messages: [{ content: "What is 2 + 3?" }] }));
    expect(problem).toEqual(problemFromPrompt("What is 2 + 3?"));
  });

  it("is what was sent", () => {
    const content = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 50 })
      .filter((text) => text.trim() !== "" && !text.includes("\0"));
    const role = fc.constantFrom("system" as const, "user" as const, "assistant" as const);
    const problems = fc.record({
      messages: fc
        .tuple(fc.array(fc.record({ role, content }), { maxLength: 4 }), content)
        .map(([messages, question]) => [...messages, { role: "user" as const, content: question }]),
      answerKind: fc.constantFrom(undefined, "number", "choice", "expression", "code", "tool-call", "text"),
    });
    fc.assert(
      fc.property(problems, (problem) => {
        expect(problemFromProto(problemToProto(problem as never))).toEqual(problem);
      }),
    );
  });
});
