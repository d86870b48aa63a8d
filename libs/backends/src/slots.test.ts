import { describe, expect, it } from "vitest";
import { createSlots } from "./slots.ts";

const never = new AbortController().signal;

describe("slots", () => {
  it("are given in the order of coming, and never more than there are", async () => {
    const slots = createSlots(2);
    const first = await slots.acquire(never);
    await slots.acquire(never);
    const order: string[] = [];
    const third = slots.acquire(never).then((release) => {
      order.push("third");
      return release;
    });
    const fourth = slots.acquire(never).then(() => order.push("fourth"));
    expect([slots.taken, slots.waiting]).toEqual([2, 2]);
    first();
    first();
    (await third)();
    await fourth;
    expect(order).toEqual(["third", "fourth"]);
    expect([slots.taken, slots.waiting]).toEqual([2, 0]);
  });

  it("are not given to those who have stopped waiting", async () => {
    const slots = createSlots(1);
    const release = await slots.acquire(never);
    const controller = new AbortController();
    const waiting = slots.acquire(controller.signal);
    controller.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    await expect(slots.acquire(controller.signal)).rejects.toThrow("gone");
    release();
    expect([slots.taken, slots.waiting]).toEqual([0, 0]);
  });
});
