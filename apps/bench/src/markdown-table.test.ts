import { describe, expect, it } from "vitest";
import { markdownTable } from "./markdown-table.ts";

describe("markdownTable", () => {
  it("pads columns, fills short rows and escapes bars", () => {
    const text = markdownTable({ caption: "What", columns: ["name", "n"], rows: [["a|b", "1"], ["longer name"]] });
    expect(text.split("\n").slice(2)).toEqual([
      "| name        |   n |",
      "|-------------|----:|",
      "| a\\|b        |   1 |",
      "| longer name |     |",
    ]);
  });
});
