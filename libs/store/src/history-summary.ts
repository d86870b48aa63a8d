import type { SimilarOutcome } from "./store.ts";

/** What past outcomes say about the chance that one sample is right. */
export interface HistorySummary {
  /** Outcomes it rests on. */
  readonly count: number;
  /** Samples of those outcomes that voted; 1 for an outcome without votes. */
  readonly samples: number;
  /** How many of these samples were right, as far as one can tell; 0 to `samples`. */
  readonly right: number;
  /** True where all of the outcomes are of the same template. */
  readonly sameTemplate: boolean;
}

/** Outcomes of the same template from which on others of the kind are not looked at. */
const enoughOfTemplate = 5;

/**
 * Sums up outcomes. Of an outcome that is known to be right, the samples that agreed with it were right; of one that is
 * known to be wrong, none is counted, as nobody knows what the others said. Where nobody knows, the agreeing samples count
 * by the confidence at the end, or by their share where there was none. An outcome without votes counts as one sample that
 * went wrong. Outcomes of the same template alone are used as soon as there are five.
 */
export function summarizeHistory(outcomes: readonly SimilarOutcome[]): HistorySummary {
  const template = outcomes.filter((outcome) => outcome.similarity === "template");
  const used = template.length >= enoughOfTemplate ? template : outcomes;
  let samples = 0;
  let right = 0;
  for (const outcome of used) {
    samples += Math.max(1, outcome.votes);
    right += outcome.votesForAnswer * chanceOfRight(outcome);
  }
  return { count: used.length, samples, right, sameTemplate: used.length > 0 && template.length === used.length };
}

function chanceOfRight({ correct, confidence, votesForAnswer, votes }: SimilarOutcome): number {
  if (correct !== undefined) return correct ? 1 : 0;
  return confidence?.value ?? (votes > 0 ? votesForAnswer / votes : 0);
}
