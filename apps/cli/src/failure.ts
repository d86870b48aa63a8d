import type { ReckonErrorCode } from "@reckon/client";

/** What is known of anything that was thrown. */
export interface Failure {
  readonly code: ReckonErrorCode;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
  /** Nobody meant to throw it: a bug, with its stack. */
  readonly stack: string | undefined;
}

/**
 * Reads an error of `@reckon/core` or of `@reckon/client` by its shape: loading the client for it would cost a tenth of a
 * second before the first service is started. Anything else is `internal`.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error))
    return { code: "internal", message: String(error), retryAfterMs: undefined, stack: undefined };
  const { message, name, stack } = error;
  if (name !== "ReckonError" || !("code" in error))
    return { code: "internal", message, retryAfterMs: undefined, stack };
  const retryAfterMs =
    "retryAfterMs" in error && typeof error.retryAfterMs === "number" ? error.retryAfterMs : undefined;
  return { code: error.code as ReckonErrorCode, message, retryAfterMs, stack: undefined };
}
