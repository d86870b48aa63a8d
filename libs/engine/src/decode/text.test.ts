import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue } from "./fair-queue.ts";
import { createStopMatcher } from "./stop-matcher.ts";
import { createTokenText } from "./token-text.ts";

/** Where the first stop text begins in a whole text; its end where there is none. */
function cut(text: string, stops: readonly string[]): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}

describe("stop matcher", () => {
  it("gives the same text however it is cut into pieces", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "c") });
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), stops, (pieces, texts) => {
        const matcher = createStopMatcher(texts);
        let out = "";
        let stopped = false;
        for (const piece of pieces) {
          const step = matcher?.push(piece);
          out += step?.text ?? "";
          stopped = step?.stopped ?? false;
          if (stopped) break;
        }
        if (!stopped) out += matcher?.end() ?? "";
        expect(out).toBe(cut(pieces.join(""), texts));
      }),
    );
  });
});

describe("token text", () => {
  it("joins characters whose bytes are in different tokens", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "\u0000", "é", "ж", "二", "🧮", "\u200d", "\ud83d") }),
        fc.array(fc.nat(3)),
        (text, cuts) => {
          const bytes = Buffer.from(text.toWellFormed());
          const tokens: Uint8Array[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = 1 + (cuts[i] ?? 0);
            tokens.push(bytes.subarray(at, at + size));
            at += size;
          }
          const one = createTokenText(tokens)();
          expect(tokens.map((_, id) => one.push(id)).join("") + one.end()).toBe(text.toWellFormed());
        },
      ),
      { numRuns: 40 },
    );
  });

  it("shows a character that never ends as U+FFFD", () => {
    const one = createTokenText([Uint8Array.of(0xf0, 0x9f)])();
    expect(one.push(0)).toBe("");
    expect(one.end()).toBe("\ufffd");
  });
});

describe("fair queue", () => {
  it("serves callers in turn", () => {
    const queue = new FairQueue<string>();
    for (const item of ["a1", "a2", "a3"]) queue.push(1, item);
    queue.push(2, "b1");
    queue.push(3, "c1");
    expect(queue.delete(1, "a2")).toBe(true);
    expect([1, 2, 3, 4].map(() => queue.shift())).toEqual(["a1", "b1", "c1", "a3"]);
    expect(queue.size).toBe(0);
  });
});
