import { createFakeClock } from "@reckon/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGoDuration, readRateLimitHeaders } from "./rate-limit-headers.ts";
import { createRateLimiter } from "./rate-limiter.ts";

describe("a rate limiter", () => {
  it("never lets more pass in any minute than twice its limits, and half of that on the long run", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ tokens: fc.integer({ min: 1, max: 400 }), pauseMs: fc.nat(5_000) }), { maxLength: 60 }),
        async (calls) => {
          const clock = createFakeClock();
          const limiter = createRateLimiter({ clock, requestsPerMinute: 20, tokensPerMinute: 2_000 });
          const passed: { atMs: number; tokens: number }[] = [];
          for (const { tokens, pauseMs } of calls) {
            await clock.advance(pauseMs);
            const reservation = limiter.tryReserve(tokens);
            if (reservation === undefined) expect(limiter.waitMs(tokens)).toBeGreaterThan(0);
            else passed.push({ atMs: clock.nowMs(), tokens });
            reservation?.settle(tokens);
          }
          const minutes = clock.nowMs() / 60_000;
          expect(passed.length).toBeLessThanOrEqual(20 + 20 * minutes + 1e-6);
          expect(passed.reduce((sum, call) => sum + call.tokens, 0)).toBeLessThanOrEqual(
            2_000 + 2_000 * minutes + 1e-6,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives back what a call did not use, and takes what it used beyond its estimate", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, tokensPerMinute: 600 });
    const first = limiter.tryReserve(500);
    expect(limiter.waitMs(200)).toBeCloseTo(10_000);
    first?.settle(100);
    expect(limiter.waitMs(200)).toBe(0);
    limiter.tryReserve(100)?.settle(900);
    expect(limiter.waitMs(1)).toBeCloseTo(40_100);
  });

  it("lets a call through that is larger than the limit, once everything is there", () => {
    const limiter = createRateLimiter({ clock: createFakeClock(), tokensPerMinute: 100 });
    expect(limiter.tryReserve(1_000)).toBeDefined();
    expect(limiter.tryReserve(1)).toBeUndefined();
  });

  it("believes the provider, less the calls that it cannot know of yet", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    const [seen, unseen] = [limiter.tryReserve(50), limiter.tryReserve(100)];
    seen?.answered();
    const tokens = { limit: 6_000, remaining: 300, fullInMs: 57_000 };
    limiter.correct({ requests: { limit: 30, remaining: 2, fullInMs: 56_000 }, tokens });
    // 300 that are left, less 100 of the other call; 100 more are there in a second.
    expect(limiter.waitMs(200)).toBe(0);
    expect(limiter.waitMs(300)).toBeCloseTo(1_000);
    expect(limiter.tryReserve(10)).toBeDefined();
    // Of two requests that are left, one is the other call's.
    expect(limiter.waitMs(10)).toBeGreaterThan(0);
    unseen?.settle(100);
  });

  it("lets nothing pass while the provider asked for a pause", async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock });
    limiter.pause(2_000);
    expect(limiter.tryReserve(1)).toBeUndefined();
    await clock.advance(2_000);
    expect(limiter.tryReserve(1)).toBeDefined();
  });
});

describe("rate limit headers", () => {
  it("are read as Groq and OpenAI write them", () => {
    const headers = new Headers({
      "x-ratelimit-limit-requests": "14400",
      "x-ratelimit-remaining-requests": "14370",
      "x-ratelimit-reset-requests": "2m59.56s",
      "x-ratelimit-remaining-tokens": "17997",
      "x-ratelimit-reset-tokens": "nonsense",
    });
    expect(readRateLimitHeaders(headers)).toEqual({
      requests: { limit: 14_400, remaining: 14_370, fullInMs: 179_560 },
      tokens: { limit: undefined, remaining: 17_997, fullInMs: undefined },
    });
    expect(readRateLimitHeaders(new Headers())).toEqual({ requests: undefined, tokens: undefined });
  });

  it.each([
    ["120ms", 120],
    ["1h2m3s", 3_723_000],
    ["60", 60_000],
    ["", undefined],
    ["-5s", undefined],
    ["5 s", undefined],
  ])("read a duration of %j", (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });
});
