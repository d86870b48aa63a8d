import { describe, expect, it } from "vitest";
import type { ApiError } from "./http/api-error.ts";
import { createRateLimit } from "./rate-limit.ts";

function limitAt(limits: Parameters<typeof createRateLimit>[0]) {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { limit: createRateLimit(limits, clock), pass };
}

function refusal(take: () => unknown): ApiError {
  try {
    take();
  } catch (error) {
    return error as ApiError;
  }
  throw new Error("it was taken");
}

describe("rate limit", () => {
  it("refuses over the limit of requests, tells how long to wait, and keeps to it", () => {
    const { limit, pass } = limitAt({ requestsPerMinute: 2 });
    limit.take(1);
    expect(limit.take(1)["x-ratelimit-remaining-requests"]).toBe("0");
    const error = refusal(() => limit.take(1));
    expect(error).toMatchObject({ status: 429, type: "requests", headers: { "retry-after": "30" } });
    pass(30_000);
    limit.take(1);
  });

  it("counts tokens as reserved, and then as used", () => {
    const { limit } = limitAt({ tokensPerMinute: 100 });
    expect(limit.take(90)["x-ratelimit-remaining-tokens"]).toBe("10");
    expect(refusal(() => limit.take(20)).type).toBe("tokens");
    limit.settle(90, 30);
    const headers = limit.take(20);
    expect(headers["x-ratelimit-remaining-tokens"]).toBe("50");
    expect(headers["x-ratelimit-reset-tokens"]).toBe("30s");
  });

  it("lets a request in that is larger than the bucket, once the bucket is full", () => {
    const { limit } = limitAt({ tokensPerMinute: 100 });
    limit.take(500);
    expect(refusal(() => limit.take(1)).headers["retry-after"]).toBe("241");
  });
});
