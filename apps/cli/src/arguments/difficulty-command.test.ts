import { describe, expect, it } from "vitest";
import { parseCommand } from "./parse-command.ts";
import { UsageError } from "./usage-error.ts";

const difficulty = (...words: string[]) => parseCommand(["difficulty", ...words], {});

describe("reckon difficulty", () => {
  it("understands what each action takes", () => {
    const shared = { name: "difficulty", store: undefined, configFile: undefined, json: false };
    expect(difficulty("train", "a.jsonl", "-o", "h.sqlite")).toEqual({
      ...shared,
      action: "train",
      store: "h.sqlite",
      file: "a.jsonl",
    });
    expect(difficulty("show", "--json")).toEqual({ ...shared, action: "show", tenant: "local", json: true });
    expect(difficulty("reset", "-t", "acme")).toEqual({ ...shared, action: "reset", tenant: "acme", all: false });
    expect(difficulty("reset", "--all")).toMatchObject({ all: true });
  });

  it.each([
    [[]],
    [["learn"]],
    [["train"]],
    [["train", "a", "b"]],
    [["train", "a", "--tenant", "acme"]],
    [["show", "more"]],
    [["show", "--tenant", "Acme Inc"]],
  ])("refuses %j", (words) => expect(() => difficulty(...words)).toThrow(UsageError));
});
