import { Code, ConnectError } from "@connectrpc/connect";
import { ReckonError, type ReckonErrorCode } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { fromConnectError, toConnectError } from "./errors.ts";

const codes: ReckonErrorCode[] = [
  "invalid-argument",
  "failed-precondition",
  "not-found",
  "already-exists",
  "resource-exhausted",
  "deadline-exceeded",
  "cancelled",
  "unavailable",
  "unimplemented",
  "data-loss",
  "internal",
];

describe("a ReckonError", () => {
  it.each(codes)("%s comes back as it was", (code) => {
    const error = new ReckonError(code, "8 is more than the limit of 4", { retryAfterMs: 250 });
    const back = fromConnectError(toConnectError(error));
    expect(back).toMatchObject({ code, message: error.message, retryAfterMs: 250, retryable: true });
  });

  it("that only wraps a stranger's error keeps its secret", () => {
    const wrapped = ReckonError.from(new Error("password is hunter2"));
    expect(toConnectError(wrapped)).toMatchObject({ code: Code.Internal, rawMessage: "internal error" });
  });

  it("is cut where its text is very long, at a whole character", () => {
    const status = toConnectError(new ReckonError("not-found", "𝕏".repeat(5_000)));
    expect(status.rawMessage.length).toBeLessThanOrEqual(1_024);
    expect(status.rawMessage.isWellFormed()).toBe(true);
  });
});

describe("a status", () => {
  it("passes as it is, and what is no ReckonError says nothing", () => {
    const status = new ConnectError("gone", Code.NotFound);
    expect(toConnectError(status)).toBe(status);
    for (const thrown of [new TypeError("x is undefined"), "text", undefined, { code: 5 }]) {
      expect(toConnectError(thrown)).toMatchObject({ code: Code.Internal, rawMessage: "internal error" });
    }
  });

  it("of an aborted signal is cancelled", () => {
    expect(toConnectError(AbortSignal.abort().reason).code).toBe(Code.Canceled);
  });

  it("of others maps to the nearest word", () => {
    expect(fromConnectError(new ConnectError("", Code.OutOfRange))).toMatchObject({
      code: "invalid-argument",
      message: "invalid-argument",
    });
    expect(fromConnectError(new ConnectError("try again", Code.Aborted))).toMatchObject({
      code: "unavailable",
      retryable: true,
    });
    expect(fromConnectError(new Error("what"))).toMatchObject({ code: "internal", retryable: false });
  });
});
