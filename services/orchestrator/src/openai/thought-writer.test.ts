import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createThoughtWriter } from "./thought-writer.ts";

/** What a client has read after some samples spoke in some order, each piece at once, and ended. */
function read(pieces: readonly (readonly [sample: number, text: string])[], several = true): string {
  const writer = createThoughtWriter(several);
  let text = pieces.map(([sample, piece]) => writer.delta(sample, piece)).join("");
  for (const sample of new Set(pieces.map(([sample]) => sample))) text += writer.ended(sample);
  return text + writer.rest();
}

describe("a thought writer", () => {
  it("passes the text of a sample that is alone as it is", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const pieces = texts.map((text) => [0, text] as const);
        expect(read(pieces, false)).toBe(texts.join(""));
      }),
    );
  });

  it("writes at once what the sample with the pen says, and keeps others waiting until its line ends", () => {
    const writer = createThoughtWriter(true);
    expect(writer.delta(0, "a")).toBe("[1] a");
    expect(writer.delta(1, "x\n")).toBe("");
    expect(writer.delta(2, "y")).toBe("");
    expect(writer.delta(0, "b\nc")).toBe("b\n[2] x\n[3] y");
    expect(writer.delta(2, "z\n")).toBe("z\n[1] c");
  });

  it("passes the pen on when a sample ends within a line", () => {
    const writer = createThoughtWriter(true);
    expect(writer.delta(0, "a")).toBe("[1] a");
    expect(writer.delta(1, "x")).toBe("");
    expect(writer.ended(0)).toBe("\n[2] x");
    expect(writer.ended(1)).toBe("");
    expect(writer.rest()).toBe("");
  });

  it("loses nothing and breaks no line, whatever the order", () => {
    const line = fc.stringMatching(/^[a-z]{1,8}$/);
    const samples = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(samples, fc.infiniteStream(fc.nat()), (lines, order) => {
        const left = lines.map((own) => [...own.join("\n")]);
        const pieces: (readonly [number, string])[] = [];
        while (left.some((own) => own.length > 0)) {
          const speakers = left.flatMap((own, sample) => (own.length > 0 ? [sample] : []));
          const sample = speakers[(order.next().value ?? 0) % speakers.length] as number;
          pieces.push([sample, (left[sample] as string[]).splice(0, 1 + ((order.next().value ?? 0) % 5)).join("")]);
        }
        let speaker = -1;
        const heard = lines.map(() => [] as string[]);
        for (const written of read(pieces).split("\n")) {
          const [, number, text] = /^(?:\[(\d+)\] )?(.*)$/.exec(written) ?? [];
          if (number !== undefined) speaker = Number(number) - 1;
          if (text) heard[speaker]?.push(text);
        }
        expect(heard).toEqual(lines);
      }),
    );
  });
});
