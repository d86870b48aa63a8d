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
 * Counts votes into candidates, the leading one first: by weight, then by number of samples, then by which candidate's first
 * sample was started first. Not by which was voted for first: those are the short chains, and a tie must not favour them.
 * The order of votes has no effect, but where their samples have no numbers of their own.
 */
export function tally(votes: readonly Vote[]): Candidate[] {
  const byCanonical = new Map<string, { answer: string; samples: number; votes: number; first: number }>();
  let total = 0;
  for (const vote of votes) {
    const entry = byCanonical.get(vote.canonical) ?? {
      ...{ answer: vote.answer, samples: 0, votes: 0, first: vote.sample },
    };
    entry.samples += 1;
    entry.votes += vote.weight;
    if (vote.sample < entry.first) entry.first = vote.sample;
    total += vote.weight;
    byCanonical.set(vote.canonical, entry);
  }
  return [...byCanonical]
    .sort(([, a], [, b]) => b.votes - a.votes || b.samples - a.samples || a.first - b.first)
    .map(([canonical, { answer, samples, votes: weight }]) => ({
      ...{ canonical, answer, samples, votes: weight },
      share: total > 0 ? weight / total : samples / votes.length,
    }));
}
