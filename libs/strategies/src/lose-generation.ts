import { ReckonError } from "@reckon/core";
import type { SolveParts } from "./solve-parts.ts";

/** What a lost call touches. */
type LostCallParts = Pick<SolveParts, "book" | "desk" | "faults" | "plans" | "pool" | "starter">;

/**
 * Books a generation call that broke (`error`), or ended before its samples did: those fail, or were cancelled where nobody thinks any
 * more, at the tokens that were seen. While the solve thinks, others may be started for them, over a new call. `call` below 0: it
 * never opened.
 */
export function loseGeneration(
  { book, desk, faults, plans, pool, starter }: LostCallParts,
  { call, error }: { readonly call: number; readonly error: unknown },
  isThinking: () => boolean,
): void {
  if (call < 0) starter.isOpening = false;
  const wasCurrent = pool.forget(call);
  const live = pool.samplesOf(call).flatMap((sample) => {
    const record = book.get(sample);
    return record === undefined || record.end !== undefined ? [] : [record];
  });
  const failure = error === undefined ? "the generation call ended early" : ReckonError.from(error).message;
  if (live.length > 0) plans.note(`a generation call was lost (${failure}): its tokens are those seen`);
  if (isThinking() && (wasCurrent || call < 0)) {
    faults.replace(live.length);
    if (faults.lose(failure)) starter.reopen();
  }
  for (const record of live) {
    const reason = isThinking() ? "failed" : "cancelled";
    desk.onEnd(record, { reason, usage: record.usageSoFar, failure, isUnheard: true });
  }
}
