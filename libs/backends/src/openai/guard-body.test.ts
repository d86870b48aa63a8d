import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardBody } from "./guard-body.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function bodyOf(chunks: readonly Uint8Array[], { open = false } = {}) {
  let cancelled = false;
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (!open) controller.close();
      else return new Promise(() => undefined);
    },
    cancel() {
      cancelled = true;
    },
  });
  return { body, wasCancelled: () => cancelled };
}

const read = async (body: ReadableStream<Uint8Array>) => Buffer.concat(await Array.fromAsync(body)).toString();

describe("guardBody", () => {
  const text = 'data: {"a":"żółć"}\r\n\r\n: ping\n\ndata: {"b":"data: [DONE]"}\n\ndata: [DONE]\n\n';

  it("passes everything on and ends at the end mark, however the bytes are cut", async () => {
    const bytes = encode(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.slice(at[i], end));
        // The body stays open, so that only the mark can end it.
        const passed = await read(guardBody(bodyOf(chunks, { open: true }).body));
        expect(text.startsWith(passed)).toBe(true);
        expect(passed).toContain("\ndata: [DONE]");
      }),
      { numRuns: 50 },
    );
  });

  it("closes a body that stays open after the end mark", async () => {
    const { body, wasCancelled } = bodyOf([encode("data: [DONE]\n\n")], { open: true });
    await read(guardBody(body));
    await expect.poll(wasCancelled).toBe(true);
  });

  it("ends where the body ends without a mark, and passes an early leave on", async () => {
    expect(await read(guardBody(bodyOf([encode("data: a\n\n")]).body))).toBe("data: a\n\n");
    const { body, wasCancelled } = bodyOf([encode("data: a\n\n")], { open: true });
    for await (const chunk of guardBody(body)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(wasCancelled()).toBe(true);
  });

  it("gives up on an endless line", async () => {
    const line = Array.from({ length: 3 }, () => new Uint8Array(500_000).fill(0x78));
    await expect(read(guardBody(bodyOf(line, { open: true }).body))).rejects.toMatchObject({ code: "data-loss" });
  });
});
