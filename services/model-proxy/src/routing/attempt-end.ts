import { type GenerationEvent, ReckonError } from "@reckon/core";
import type { Attempt, Ending } from "./attempt.ts";
import type { RoutingSettings } from "./routing-settings.ts";

/** The last word of a replica on a sample. */
export type Ended = Extract<GenerationEvent, { type: "sample-ended" }>;

/** Whether a sample ended by itself. */
export function isWhole(event: Ended): boolean {
  return event.reason === "stop" || event.reason === "length";
}

/** What an attempt's end says of its replica. */
export function endingOf({ reason, usage, failureCode, retryable, retryAfterMs }: Ended): Ending {
  return { reason, usage, failureCode, retryable, retryAfterMs };
}

/** The end of a request that could not even be made. */
export function failedBy(error: ReckonError, sample: number): Ended {
  const { message: failure, retryable, code: failureCode, retryAfterMs } = error;
  const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { type: "sample-ended", sample, reason: "failed", usage, failure, retryable, failureCode, ...after };
}

/** What went wrong with an attempt that did not end by itself. */
export function errorOf(
  { given, placement }: Attempt,
  event: Ended,
  { breakerTimeoutMs }: Pick<RoutingSettings, "breakerTimeoutMs">,
): ReckonError {
  if (given === "timed-out") {
    const { pool, replica } = placement;
    const seconds = breakerTimeoutMs / 1_000;
    return new ReckonError("unavailable", `${replica.name} of pool ${pool.name} gave no token within ${seconds} s`);
  }
  const { failure = "the backend cancelled the sample", retryable = true, retryAfterMs } = event;
  return new ReckonError(event.failureCode ?? "unavailable", failure, {
    retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
