/** A sample's vote: which candidate (by canonical form), the answer's text, and its weight (>= 0). */
export interface Vote {
  readonly sample: number;
  readonly canonical: string;
  readonly answer: string;
  readonly weight: number;
}

/** A cluster of equivalent answers with its votes; `share` is its part of all vote weight, in [0, 1]. */
export interface Candidate {
  readonly canonical: string;
  readonly answer: string;
  readonly samples: number;
  readonly votes: number;
  readonly share: number;
}

/** Where a confidence came from. */
export type ConfidenceKind = "agreement" | "verifier" | "logprob" | "calibrated";

/** Probability in [0, 1] that the leading candidate is right, with its kind. */
export interface Confidence {
  readonly value: number;
  readonly kind: ConfidenceKind;
}

/**
 * Counts votes into candidates, the leading one first: by weight, then by number of samples, then by which candidate was
 * seen first. The order of votes matters for nothing but that last tie.
 */
export function tally(votes: readonly Vote[]): Candidate[] {
  const byCanonical = new Map<string, { answer: string; samples: number; votes: number }>();
  let total = 0;
  for (const vote of votes) {
    const entry = byCanonical.get(vote.canonical) ?? { answer: vote.answer, samples: 0, votes: 0 };
    entry.samples += 1;
    entry.votes += vote.weight;
    total += vote.weight;
    byCanonical.set(vote.canonical, entry);
  }
  return [...byCanonical]
    .map(([canonical, entry]) => ({
      canonical,
      ...entry,
      share: total > 0 ? entry.votes / total : entry.samples / votes.length,
    }))
    .sort((a, b) => b.votes - a.votes || b.samples - a.samples);
}
