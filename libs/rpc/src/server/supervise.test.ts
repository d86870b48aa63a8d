import { describe, expect, it } from "vitest";
import { supervise, superviseStream } from "./supervise.ts";

const never = () => new Promise<never>(() => {});
const enter = <T>(step: () => T): T => step();
const tick = () => new Promise((resolve) => setImmediate(resolve));

function watched() {
  const controller = new AbortController();
  const ends: unknown[] = [];
  return {
    controller,
    ends,
    supervision: { enter, signal: controller.signal, onEnd: (error?: unknown) => void ends.push(error) },
  };
}

describe("a supervised handler", () => {
  it("is waited for no longer than its caller waits, and its own end is told later", async () => {
    const { controller, ends, supervision } = watched();
    const work = Promise.withResolvers<string>();
    const result = supervise(() => work.promise, supervision);
    controller.abort(new Error("the client left"));
    await expect(result).rejects.toThrow("the client left");
    expect(ends).toEqual([]);
    work.resolve("too late");
    await tick();
    expect(ends).toEqual([undefined]);
  });

  it("is told about once, with what it threw", async () => {
    const { controller, ends, supervision } = watched();
    const broken = new Error("broken");
    await expect(supervise(() => Promise.reject(broken), supervision)).rejects.toBe(broken);
    controller.abort();
    expect(ends).toEqual([broken]);
  });
});

describe("a supervised stream", () => {
  it("runs the handler's finally where it is suspended at a yield when the client leaves", async () => {
    const { controller, ends, supervision } = watched();
    const left: string[] = [];
    async function* handler() {
      try {
        for (;;) yield 1;
      } finally {
        left.push("handler");
      }
    }
    const steps = superviseStream(handler(), supervision)[Symbol.asyncIterator]();
    await steps.next();
    controller.abort(new Error("the client left"));
    await tick();
    expect(left).toEqual(["handler"]);
    expect(ends).toEqual([undefined]);
    await expect(steps.next()).rejects.toThrow("the client left");
  });

  it("never ends well after an abort, although the handler returned", async () => {
    const { controller, supervision } = watched();
    async function* handler() {
      yield 1;
      await new Promise((resolve) => controller.signal.addEventListener("abort", resolve));
    }
    const steps = superviseStream(handler(), supervision)[Symbol.asyncIterator]();
    await steps.next();
    const waiting = steps.next();
    controller.abort(new Error("the deadline passed"));
    await expect(waiting).rejects.toThrow("the deadline passed");
    await expect(steps.next()).rejects.toThrow("the deadline passed");
  });

  it("counts a handler that ignores everything as running", async () => {
    const { controller, ends, supervision } = watched();
    async function* handler() {
      await never();
      yield 1;
    }
    const steps = superviseStream(handler(), supervision)[Symbol.asyncIterator]();
    const waiting = steps.next();
    controller.abort(new Error("the client left"));
    await expect(waiting).rejects.toThrow("the client left");
    await tick();
    expect(ends).toEqual([]);
  });

  it("ends once, with the error that its handler threw, and an abort afterwards changes nothing", async () => {
    const { controller, ends, supervision } = watched();
    const broken = new Error("broken");
    async function* handler() {
      yield 1;
      throw broken;
    }
    const steps = superviseStream(handler(), supervision)[Symbol.asyncIterator]();
    await steps.next();
    await expect(steps.next()).rejects.toBe(broken);
    controller.abort();
    await steps.return?.();
    expect(ends).toEqual([broken]);
  });
});
