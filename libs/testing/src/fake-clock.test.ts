import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

describe("a fake clock", () => {
  it("wakes sleepers in the order of their times, each before the next", async () => {
    const clock = createFakeClock();
    const woken: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.nowMs()}`);
    };
    void sleep("late", 30);
    void sleep("early", 10).then(() => sleep("again", 10));
    await clock.advance(25);
    expect(woken).toEqual(["early at 10", "again at 20"]);
    expect(clock.nowMs()).toBe(25);
    await clock.advance(5);
    expect(woken).toEqual(["early at 10", "again at 20", "late at 30"]);
    expect(clock.sleepers).toBe(0);
  });

  it("wakes those whose signal aborts with its reason", async () => {
    const clock = createFakeClock();
    const leave = new AbortController();
    const sleeping = clock.sleep(1_000, leave.signal);
    leave.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    expect(clock.sleepers).toBe(0);
  });
});
