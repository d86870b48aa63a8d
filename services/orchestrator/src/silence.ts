import type { Verdict } from "@reckon/core";

/** Notices that verifiers were asked and none of them ever gave a score: the votes then counted alike, and that is told. */
export interface Silence {
  hear(verdicts: readonly Verdict[]): void;
  /** A sentence for the outcome; `undefined` where something was scored, or nothing was asked. */
  sentence(): string | undefined;
}

/** Nothing heard yet. */
export function createSilence(): Silence {
  let scored = false;
  let reason: string | undefined;
  return {
    hear(verdicts) {
      for (const verdict of verdicts) {
        if ("score" in verdict) scored = true;
        else reason ??= `${verdict.verifier}: ${verdict.abstention}`;
      }
    },
    sentence: () =>
      scored || reason === undefined ? undefined : `no verifier gave a score (${reason}): votes count alike`,
  };
}
