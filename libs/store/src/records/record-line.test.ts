import type { ProblemRecord } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { readRecordLine, writeRecordLine } from "./record-line.ts";

const read = (line: unknown) => readRecordLine(typeof line === "string" ? line : JSON.stringify(line), "f.jsonl", 7);

const record: ProblemRecord = {
  problemId: "p",
  question: "What is 1 + 1?",
  questionHash: "0".repeat(64),
  answerKind: "number",
  gold: "2",
  samples: [
    {
      ...{ index: 0, answer: "2", canonical: "2", tokens: 12, score: 0.5, end: "stop", voted: true, startedAfter: 0 },
      ...{ steps: [{ score: 0.5, tokens: 12, correct: true }], logprob: { sum: -1, mean: -0.1 }, endedAt: 0 },
      correct: true,
    },
    { index: 1, tokens: 3, end: "pruned", startedAfter: 0, cutAfter: 1, endedAt: 1 },
  ],
  versions: { schema: 1, reckon: "0.1.0", model: "m" },
  labels: { verifier_tokens: 9, some_Name: "x" },
};

describe("a line of records", () => {
  it("comes back as it was, in snake case between", () => {
    const line = writeRecordLine(record);
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toMatchObject({ problem_id: "p", samples: [{ ended_at: 0 }, { cut_after: 1 }] });
    expect(read(line)).toEqual(record);
  });

  it("needs no more than foreign data has, and leaves other fields alone", () => {
    expect(
      read({
        problem_id: 3,
        gold: 18,
        more: 1,
        samples: [
          { answer: 18, tokens: 5, x: [] },
          { answer: null, tokens: 1 },
        ],
      }),
    ).toEqual({
      ...{ problemId: "3", gold: "18", samples: [{ answer: "18", tokens: 5 }, { tokens: 1 }] },
    });
  });

  it("says which line, field and value is wrong", () => {
    const sample = { answer: "1", tokens: 1 };
    for (const [line, message] of [
      ["{", /^f\.jsonl:7: is no JSON/],
      ["[]", /f\.jsonl:7: the record is \[\]: expected object/],
      [{ samples: [] }, /problem_id is missing/],
      [{ problem_id: "p" }, /samples is missing/],
      [{ problem_id: "p", samples: [sample, { answer: "1" }] }, /samples\[1\]\.tokens is missing/],
      [{ problem_id: "p", samples: [{ ...sample, tokens: -2 }] }, /samples\[0\]\.tokens is -2: .*>=0/],
      [{ problem_id: "p", samples: [{ ...sample, score: 1.5 }] }, /samples\[0\]\.score is 1\.5: .*<=1/],
      [{ problem_id: "p", samples: [{ ...sample, correct: "yes" }] }, /samples\[0\]\.correct is "yes"/],
      [
        { problem_id: "p", samples: [{ ...sample, answer: {} }] },
        /samples\[0\]\.answer is \{\}: must be a text or a number/,
      ],
      [{ problem_id: "p", samples: [], versions: { schema: 9 } }, /versions\.schema is 9: .*<=1/],
    ] as const) {
      expect(() => read(line)).toThrow(message);
    }
  });
});
