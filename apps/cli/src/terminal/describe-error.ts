import { ReckonError } from "@reckon/client";
import { UsageError } from "../arguments/usage-error.ts";
import { stripControl } from "./strip-control.ts";

/** A failure in a sentence or two, safe to print. Only a bug of ours brings a stack trace. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return stripControl(error.message, { keepBreaks: true });
  const known = ReckonError.from(error);
  const bug = known.code === "internal" && error instanceof Error && !(error instanceof ReckonError);
  const text = bug ? (error.stack ?? error.message) : known.message;
  const retry = known.retryAfterMs === undefined ? "" : ` (try again in ${Math.ceil(known.retryAfterMs / 1000)} s)`;
  return stripControl(`${known.code.replaceAll("-", " ")}: ${text}${retry}`, { keepBreaks: true });
}
