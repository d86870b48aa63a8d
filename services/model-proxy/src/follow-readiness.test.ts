import { type Clock, ReckonError } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { followReadiness } from "./follow-readiness.ts";

/** A clock whose sleeps end when the test says so. */
function manualClock() {
  const sleeping: { ms: number; wake: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeping.push({ ms, wake: resolve });
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
  };
  const wake = (ms: number) => sleeping.findLast((sleep) => sleep.ms === ms)?.wake();
  const sleeps = (ms: number) => sleeping.filter((sleep) => sleep.ms === ms).length;
  return { clock, wake, sleeps };
}

describe("followReadiness", () => {
  it("is ready with the first check that succeeds, and says each reason once", async () => {
    const { clock, wake, sleeps } = manualClock();
    const ready: boolean[] = [];
    const lines: string[] = [];
    let checks = 0;
    const check = async () => {
      checks += 1;
      if (checks < 3) throw new ReckonError("unavailable", "nobody listens");
    };
    const { signal } = new AbortController();
    const following = followReadiness({
      check,
      setReady: (r) => ready.push(r),
      log: (l) => lines.push(l),
      clock,
      signal,
    });
    await following;
    expect(ready).toEqual([false]);
    for (let i = 1; i < 3; i += 1) {
      await expect.poll(() => sleeps(5_000)).toBe(i);
      wake(5_000);
    }
    await expect.poll(() => ready).toEqual([false, true]);
    expect(lines).toEqual(["not ready: nobody listens", "ready after all"]);
  });

  it("does not wait for long for a check that hangs, and stops with its signal", async () => {
    const { clock, wake, sleeps } = manualClock();
    const controller = new AbortController();
    const { promise: hanging, reject } = Promise.withResolvers<void>();
    let checks = 0;
    const check = () => {
      checks += 1;
      return hanging;
    };
    const following = followReadiness({ check, setReady: () => {}, log: () => {}, clock, signal: controller.signal });
    wake(3_000);
    await following;
    reject(new Error("timed out"));
    await expect.poll(() => sleeps(5_000)).toBe(1);
    controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(checks).toBe(1);
  });
});
