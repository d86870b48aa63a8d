import { UsageError } from "../arguments/usage-error.ts";
import { failureOf } from "../failure.ts";
import { stripControl } from "./strip-control.ts";

/** A failure in a sentence or two, safe to print. Only a bug of ours brings a stack trace. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return stripControl(error.message, { keepBreaks: true });
  const { code, message, retryAfterMs, stack } = failureOf(error);
  const retry = retryAfterMs === undefined ? "" : ` (try again in ${Math.ceil(retryAfterMs / 1000)} s)`;
  const key = code === "unauthenticated" ? " (RECKON_API_KEY holds the key)" : "";
  return stripControl(`${code.replaceAll("-", " ")}: ${stack ?? message}${retry}${key}`, { keepBreaks: true });
}
