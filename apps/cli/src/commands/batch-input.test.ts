import { limits } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { UsageError } from "../arguments/usage-error.ts";
import { splitIntoCalls } from "./batch-calls.ts";
import { parseBatchInput } from "./batch-input.ts";

const parse = (...lines: string[]) =>
  parseBatchInput(lines.join("\n"), { file: "p.jsonl", answerKind: undefined, options: { samples: 4, seed: 1 } });

describe("parseBatchInput", () => {
  it("takes prompts, questions and messages, with or without ids", () => {
    const items = parse(
      '{"id": "a", "prompt": "1 + 1", "answer": "2"}',
      "",
      '{"id": 7, "question": "2 + 2", "answer_kind": "number"}',
      '{"messages": [{"role": "user", "content": "3 + 3"}]}',
    );
    expect(items).toEqual([
      { id: "a", problem: { prompt: "1 + 1" } },
      { id: "7", problem: { prompt: "2 + 2", answerKind: "number" } },
      { id: "4", problem: { messages: [{ role: "user", content: "3 + 3" }] } },
    ]);
  });

  it("lays an item's options over those of the command line", () => {
    expect(parse('{"prompt": "x", "options": {"samples": 9}}')[0]?.options).toEqual({ samples: 9, seed: 1 });
  });

  it.each([
    ["{", /p\.jsonl:2: is not JSON/],
    ["[1]", /p\.jsonl:2: must be a JSON object/],
    ['{"text": "x"}', /p\.jsonl:2: needs a text "prompt"/],
    ['{"prompt": "  "}', /p\.jsonl:2: the prompt is empty/],
    ['{"prompt": "a\\u0000"}', /p\.jsonl:2: the prompt holds a NUL/],
    ['{"id": "a", "prompt": "x"}', /p\.jsonl:2: id "a" was used in line 1/],
    ['{"prompt": "x", "answer_kind": "colour"}', /p\.jsonl:2: answer_kind is "colour"/],
    ['{"messages": []}', /p\.jsonl:2: messages must be a list/],
    ['{"prompt": "x", "options": 3}', /p\.jsonl:2: options must be an object/],
  ])("names the line of a mistake in %s", (line, message) => {
    const run = () => parse('{"id": "a", "prompt": "1 + 1"}', line);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });

  it("names every line, up to ten", () => {
    const run = () => parse(...Array.from({ length: 12 }, () => "{"));
    expect(run).toThrow(/p\.jsonl:1: .*p\.jsonl:10: .*and 2 more lines/s);
  });

  it("refuses a file without problems", () => {
    expect(() => parse("", " ")).toThrow("p.jsonl holds no problem");
  });
});

describe("splitIntoCalls", () => {
  it("keeps to the limits on one call, in order", () => {
    const items = Array.from({ length: limits.batchItems.max + 5 }, (_, i) => ({ id: String(i), problem: "x" }));
    const calls = splitIntoCalls(items);
    expect(calls.map((call) => call.length)).toEqual([limits.batchItems.max, 5]);
    expect(calls.flat()).toEqual(items);
    const large = Array.from({ length: 3 }, (_, i) => ({ id: String(i), problem: "x".repeat(6 * 1_048_576) }));
    expect(splitIntoCalls(large).map((call) => call.length)).toEqual([2, 1]);
  });
});
