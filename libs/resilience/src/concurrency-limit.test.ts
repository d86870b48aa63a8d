import { createFakeClock } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { createConcurrencyLimit } from "./concurrency-limit.ts";

describe("a concurrency limit", () => {
  it("falls with an overload, once for all calls that tell of it, and grows by one a round of good calls", async () => {
    const clock = createFakeClock(5_000);
    const limit = createConcurrencyLimit({ clock, ceiling: 20 });
    for (let i = 0; i < 20; i += 1) limit.overloaded(20);
    expect(limit.limit).toBe(14);
    await clock.advance(1_000);
    limit.overloaded(10);
    expect(limit.limit).toBe(7);
    for (let i = 0; i < 8; i += 1) limit.succeeded(7);
    expect(limit.limit).toBe(8);
    for (let i = 0; i < 1_000; i += 1) limit.succeeded(limit.limit);
    expect(limit.limit).toBe(20);
  });

  it("does not grow while it is not used, and never falls below its floor", async () => {
    const clock = createFakeClock(5_000);
    const limit = createConcurrencyLimit({ clock, ceiling: 8, floor: 2 });
    for (let i = 0; i < 20; i += 1) {
      limit.overloaded(1);
      await clock.advance(1_000);
    }
    expect(limit.limit).toBe(2);
    for (let i = 0; i < 100; i += 1) limit.succeeded(1);
    expect(limit.limit).toBe(2);
  });
});
