import { describe, expect, it } from "vitest";
import { errorOfConnection, errorOfResponse, retryAfterMsOf } from "./http-error.ts";

describe("retryAfterMsOf", () => {
  const nowMs = Date.parse("2026-11-20T00:00:00Z");
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after-ms": "250", "retry-after": "2" }, 250],
    [{ "retry-after": "Fri, 20 Nov 2026 00:00:10 GMT" }, 10_000],
    [{ "retry-after": "Fri, 20 Nov 2025 00:00:10 GMT" }, 0],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "soon" }, undefined],
  ])("of %j is %s", (headers, ms) => expect(retryAfterMsOf(new Headers(headers), nowMs)).toBe(ms));
});

describe("errorOfResponse", () => {
  it.each([
    [400, "invalid-argument", false],
    [401, "failed-precondition", false],
    [403, "failed-precondition", false],
    [404, "not-found", false],
    [408, "unavailable", true],
    [422, "invalid-argument", false],
    [429, "resource-exhausted", true],
    [500, "unavailable", true],
    [529, "unavailable", true],
  ])("of %d is %s, retryable %s", (status, code, retryable) => {
    expect(errorOfResponse("b", status, new Headers(), "")).toMatchObject({ code, retryable });
  });

  it("carries the wait and a short form of what was said", () => {
    const headers = new Headers({ "retry-after": "1" });
    const error = errorOfResponse("b", 429, headers, JSON.stringify({ error: { message: "x".repeat(5000) } }));
    expect(error.retryAfterMs).toBe(1000);
    expect(error.message.length).toBeLessThan(400);
    expect(errorOfResponse("b", 500, headers, '{"error":"plain"}').message).toBe("backend b answered 500: plain");
    expect(errorOfResponse("b", 502, headers, "<p>\n bad </p>").message).toBe("backend b answered 502: <p> bad </p>");
  });
});

describe("errorOfConnection", () => {
  it("names what fetch hides in its cause", () => {
    const error = new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
    expect(errorOfConnection("b", error)).toMatchObject({ code: "unavailable", retryable: true });
    expect(errorOfConnection("b", error).message).toContain("ECONNRESET");
  });
});
