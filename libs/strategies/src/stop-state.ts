import type { Capabilities } from "@reckon/core";
import { evidenceKind, type StopState } from "@reckon/planning";
import type { SolveParts } from "./solve-parts.ts";

/** What a stop rule and the window look at, by what a solve knows now. */
export function stopStateOf(
  { ballot, book, plans, faults, verification, confidence }: SolveParts,
  { logprobs }: Capabilities,
): StopState {
  const hopeful = book.hopeful();
  return {
    votes: ballot.weighed(),
    inFlight: hopeful.length,
    started: book.started,
    firstInFlight: hopeful[0]?.sample,
    tokensPerVote: book.tokensPerVote,
    left: Math.max(0, plans.plan.samples + faults.replacements - book.started),
    evidence: evidenceKind(verification.judge?.scores === true, logprobs),
    confidence,
  };
}
