import { ReckonError } from "@reckon/core";
import { createFakeClock } from "@reckon/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import { retry } from "./retry.ts";

describe("backoffMs", () => {
  it("is uniform below a ceiling that doubles, up to its maximum", () => {
    const options = { baseMs: 100, maxMs: 1_000, random: () => 0.5 };
    expect([0, 1, 2, 3, 4, 50].map((i) => backoffMs(i, undefined, options))).toEqual([50, 100, 200, 400, 500, 500]);
  });

  it("never comes back before the peer allowed it, and gives up where that is too long", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.double({ min: 0, max: 30_000, noNaN: true }), (i, afterMs) => {
        const waitMs = backoffMs(i, afterMs) as number;
        expect(waitMs).toBeGreaterThanOrEqual(afterMs);
        expect(waitMs).toBeLessThanOrEqual(afterMs + 8_000);
      }),
    );
    expect(backoffMs(0, 30_001)).toBeUndefined();
  });
});

describe("retry", () => {
  const failing = (failures: number, error = new ReckonError("unavailable", "down", { retryAfterMs: 500 })) => {
    let calls = 0;
    const attempt = async () => {
      calls += 1;
      if (calls <= failures) throw error;
      return calls;
    };
    return { attempt, calls: () => calls };
  };

  it("waits as told and tries again until it works", async () => {
    const clock = createFakeClock();
    const { attempt } = failing(2);
    const waits: number[] = [];
    const done = retry(attempt, { clock, random: () => 0, onRetry: (_, ms) => waits.push(ms) });
    await clock.advance(0);
    expect(waits).toEqual([500]);
    await clock.advance(500);
    expect(waits).toEqual([500, 500]);
    await clock.advance(500);
    expect(await done).toBe(3);
  });

  it("throws the last error when retries are used up, and at once what no retry can help", async () => {
    const clock = createFakeClock();
    const twice = failing(3);
    const lost = retry(twice.attempt, { clock });
    const caught = lost.catch((error: ReckonError) => error.code);
    for (let i = 0; i < 3; i += 1) await clock.advance(10_000);
    expect(await caught).toBe("unavailable");
    expect(twice.calls()).toBe(3);
    const wrong = failing(1, new ReckonError("invalid-argument", "wrong"));
    await expect(retry(wrong.attempt, { clock })).rejects.toMatchObject({ code: "invalid-argument" });
    expect(wrong.calls()).toBe(1);
  });

  it("stops waiting when its signal aborts", async () => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const waiting = retry(failing(9).attempt, { clock, signal: controller.signal });
    const caught = waiting.catch((error) => error);
    await clock.advance(0);
    controller.abort("gone");
    expect(await caught).toBe("gone");
    expect(clock.sleepers).toBe(0);
  });
});
