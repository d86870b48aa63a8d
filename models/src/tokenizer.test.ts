import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const tokenizer = new Tokenizer(read("../weights/tokenizer.json"), {});
const encode = (text: string): number[] => tokenizer.encode(text.toWellFormed(), { add_special_tokens: false }).ids;
const rows = read("./tokenizer.fixture.json") as { text: string; ids: number[] }[];

describe("the tokenizer", () => {
  it.each(rows)("gives the ids of the training side for $text", ({ text, ids }) => {
    expect(encode(text)).toEqual(ids);
  });

  it("encodes every byte and never yields a control token", () => {
    const everything = Array.from({ length: 0x800 }, (_, code) => String.fromCodePoint(code)).join("");
    expect(encode(everything).every((id) => id > 3)).toBe(true);
  });

  it("takes a lone surrogate for U+FFFD", () => {
    expect(encode("a\ud800b")).toEqual(encode("a\ufffdb"));
  });

  it("keeps digits, operators and line ends single", () => {
    expect(tokenizer.tokenize("12 + 7 = 19\n")).toEqual(["1", "2", "Ġ+Ġ", "7", "Ġ=Ġ", "1", "9", "Ċ"]);
  });
});
