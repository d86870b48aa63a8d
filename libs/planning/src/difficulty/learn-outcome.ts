import { sigmoid, updateBelief } from "@reckon/stats";
import type { DifficultyFeatures } from "./difficulty-features.ts";
import {
  correlationOf,
  type Dispersion,
  dispersionAbout,
  effectiveVotes,
  updateDispersion,
  type VoteEvidence,
} from "./dispersion.ts";
import { type Drift, watchDrift } from "./drift.ts";
import { expectOf, type LearnedDifficulty, PRIOR_VARIANCES, type SimilarSamples } from "./learned-difficulty.ts";

/** How a solve ended, as far as it teaches. */
export interface SolveEvidence {
  readonly votesForAnswer: number;
  /** >= `votesForAnswer`; 0 counts as one sample that went wrong. */
  readonly votes: number;
  /** P(the answer is right) at the end; `undefined` where there was none: then the share of the votes. */
  readonly confidence: number | undefined;
  /** `undefined` where nobody knows. */
  readonly correct: boolean | undefined;
}

/** Share of the prior variance that a weight regains an outcome: what was learned 2,000 outcomes ago hardly counts. */
const FORGETTING = 1 / 2_000;
/** Scatter is learned of what is expected at the time, which gets better. */
const SCATTER_FORGETTING = 1 / 200;
/** After a drift old lessons count for little: so much faster, */
const FASTER = 40;
/** for so many outcomes, */
const FASTER_FOR = 50;
/** and at once by this share. */
const AT_ONCE = 0.3;
/** Outcomes that the running losses look back on. */
const LOSS_WINDOW = 100;

/** The votes of a solve as evidence; an answer that nobody knows to be right counts by its confidence. */
export function solveEvidence({ votesForAnswer, votes, confidence, correct }: SolveEvidence): VoteEvidence {
  if (votes === 0) return { agreeing: 0, votes: 1, chance: 1 };
  const chance = correct === undefined ? (confidence ?? votesForAnswer / votes) : Number(correct);
  return { agreeing: votesForAnswer, votes, chance: Math.min(1, Math.max(0, chance)) };
}

/** One thing to learn from. */
export interface Lesson {
  readonly features: DifficultyFeatures;
  readonly evidence: VoteEvidence;
  /** Similar questions before this one. */
  readonly similar: SimilarSamples | undefined;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * What is known after one more outcome, and the drift that it showed. Votes of one question hang together and count for as many
 * as are independent. Pure; costs the square of the number of features.
 */
export function learnOutcome(
  learned: LearnedDifficulty,
  { features, evidence, similar, atMs }: Lesson,
): { readonly learned: LearnedDifficulty; readonly drift: Drift | undefined } {
  const { agreeing, votes, chance } = evidence;
  const expected = expectOf(learned, features, similar);
  const trials = effectiveVotes(votes, correlationOf(learned.scatter));
  const share = (chance * agreeing) / votes;
  const { mean } = expected;
  const residual = ((mean - share) * trials) / Math.sqrt(trials * mean * (1 - mean));
  const watched = watchDrift(learned.drift, residual, atMs);

  const isFast = watched.state.strikes > 0 && watched.state.since < FASTER_FOR;
  const rate = watched.drift !== undefined ? AT_ONCE : FORGETTING * (isFast ? FASTER : 1);
  const belief = updateBelief(forget(learned.belief, rate), {
    features: features.values,
    trials,
    successes: share * trials,
  });
  const scatterOf = (one: Dispersion) =>
    updateDispersion(soften(one, Math.max(rate, SCATTER_FORGETTING)), mean, evidence);
  const isTemplate = similar?.sameTemplate === true && similar.worth > 0;
  const start = sigmoid(features.values[0] as number);
  return {
    learned: {
      ...learned,
      belief,
      ...(isTemplate
        ? { templateScatter: scatterOf(learned.templateScatter) }
        : { scatter: scatterOf(learned.scatter) }),
      outcomes: learned.outcomes + 1,
      byDomain: { ...learned.byDomain, [features.domain]: (learned.byDomain[features.domain] ?? 0) + 1 },
      loss: {
        learned: running(learned.loss?.learned, lossOf(mean, share), learned.outcomes),
        start: running(learned.loss?.start, lossOf(start, share), learned.outcomes),
      },
      drift: watched.state,
    },
    drift: watched.drift,
  };
}

/** Lets weights drift: their variances grow towards, never beyond, those of the prior (West and Harrison's dynamic models). */
function forget(belief: LearnedDifficulty["belief"], rate: number): LearnedDifficulty["belief"] {
  const size = belief.mean.length;
  const covariance = belief.covariance.slice();
  for (let i = 0; i < size; i += 1) {
    const [at, prior] = [i * size + i, PRIOR_VARIANCES[i] as number];
    const variance = covariance[at] as number;
    covariance[at] = variance + rate * Math.max(0, prior - variance);
  }
  return { mean: belief.mean, covariance };
}

/** Old questions count for less. */
function soften(dispersion: Dispersion, rate: number): Dispersion {
  const prior = dispersionAbout(1);
  return dispersion.map((weight, i) => (1 - rate) * weight + rate * (prior[i] as number));
}

function lossOf(mean: number, share: number): number {
  return -(share * Math.log(mean) + (1 - share) * Math.log(1 - mean));
}

function running(mean: number | undefined, value: number, count: number): number {
  return mean === undefined ? value : mean + (value - mean) / Math.min(count + 1, LOSS_WINDOW);
}
