import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readServerSentEvents } from "./server-sent-events.ts";

async function read(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  async function* stream() {
    for (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
  }
  return Array.fromAsync(readServerSentEvents(stream()));
}

describe("readServerSentEvents", () => {
  it.each([
    ["data: a\n\ndata: b\n\n", ["a", "b"]],
    ["data:a\r\n\r\ndata:  b\r\n\r\n", ["a", " b"]],
    ["data: a\rdata: b\r\rdata: c\r\r", ["a\nb", "c"]],
    [": ping\n\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]],
    ["data\n\n", [""]],
    ["data: no empty line at the end", ["no empty line at the end"]],
    ["data: one\n", ["one"]],
    ["database: x\n\n", []],
    ["\uFEFFdata: a\n\n", ["a"]],
    ["", []],
  ])("reads %j", async (text, events) => expect(await read(text)).toEqual(events));

  it("reads the same however the bytes are cut", async () => {
    const text = 'data: {"a":"żółć 🧮"}\r\n\r\n: ping\r\ndata: b\rdata: c\n\ndata: [DONE]\n\n';
    const whole = await read(text);
    const bytes = new TextEncoder().encode(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.slice(at[i], end));
        expect(await read(...chunks)).toEqual(whole);
      }),
    );
  });

  it("closes the stream behind it when the consumer leaves", async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield new TextEncoder().encode("data: x\n\n");
      } finally {
        closed = true;
      }
    }
    for await (const event of readServerSentEvents(endless())) {
      expect(event).toBe("x");
      break;
    }
    expect(closed).toBe(true);
  });

  it("gives up on an endless line", async () => {
    async function* endless() {
      for (;;) yield new Uint8Array(1_048_576).fill(0x78);
    }
    await expect(readServerSentEvents(endless()).next()).rejects.toThrow("longer than");
  });
});
