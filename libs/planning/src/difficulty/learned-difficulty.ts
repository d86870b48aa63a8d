import { type GaussianBelief, independentBelief, linearMoments, logisticNormalMoments } from "@reckon/stats";
import { type DifficultyFeatures, featureNames } from "./difficulty-features.ts";
import { correlationOf, type Dispersion, dispersionAbout } from "./dispersion.ts";
import { type DriftState, noDrift } from "./drift.ts";

/** Everything that was learned of how hard questions are for those who answer them. Plain data; one a tenant. */
export interface LearnedDifficulty {
  /** Weights of `featureNames` on the logit of P(one sample is right). */
  readonly belief: GaussianBelief;
  /** How questions scatter about what the weights expect of them, */
  readonly scatter: Dispersion;
  /** and those that have seen others of their template. */
  readonly templateScatter: Dispersion;
  /** Outcomes of solves that it was learned from. */
  readonly outcomes: number;
  /** Labelled questions that it was trained on before, */
  readonly trained: number;
  /** and the name of that training; what was learned after another one does not go with it. */
  readonly trainedId: string | undefined;
  /** Outcomes and labelled questions of each domain. */
  readonly byDomain: Readonly<Record<string, number>>;
  /** Mean log loss a vote, in nats, of the last outcomes before each was learned: of what was learned, and of the start weights; `undefined` before the first. */
  readonly loss: { readonly learned: number; readonly start: number } | undefined;
  readonly drift: DriftState;
}

/** Variances of the weights before anything is learned: the start weights are believed first, a domain may be off by a logit or more. */
export const PRIOR_VARIANCES: readonly number[] = featureNames.map((name) => {
  if (name === "start") return 0.25;
  if (name === "bias") return 0.5;
  if (name === "domain general") return 2;
  return name.startsWith("domain ") ? 1.5 : 0.15;
});

/** Nothing learned: it expects what the start weights say. */
export const nothingLearned: LearnedDifficulty = {
  belief: independentBelief(
    featureNames.map((name) => Number(name === "start")),
    PRIOR_VARIANCES,
  ),
  scatter: dispersionAbout(2),
  templateScatter: dispersionAbout(4),
  outcomes: 0,
  trained: 0,
  trainedId: undefined,
  byDomain: {},
  loss: undefined,
  drift: noDrift,
};

/** Samples of similar questions. */
export interface SimilarSamples {
  /** Questions of the same template, alike but for their numbers; else of the same kind. */
  readonly sameTemplate: boolean;
  /** Independent samples that they are worth; >= 0. */
  readonly worth: number;
  /** Share of them that was right, in [0, 1]. */
  readonly rightShare: number;
}

/** A Beta distribution of P(one sample is right), by its mean and its strength in pseudo-counts. */
export interface Expectation {
  readonly mean: number;
  readonly strength: number;
  /** How much of the mean similar questions make, in [0, 1]. */
  readonly historyShare: number;
}

/** Added to the variance of the logit where the domain is none: what was learned of one such question says little of another. */
const UNKNOWN_DOMAIN_VARIANCE = 1;
/** And where nothing was learned of the domain yet: what holds in others may not hold in it. Each outcome makes it less. */
const UNSEEN_DOMAIN_VARIANCE = 2;
/** Samples that the weights are worth against those of similar questions. */
const WEIGHTS_WORTH = { template: 4, kind: 12 } as const;
const STRENGTH_LIMITS = { least: 0.2, most: 32 } as const;

/**
 * What is expected of a question. The weights give a normal distribution of its logit, hence a mean and a variance of P; similar
 * questions draw the mean towards theirs as samples draw a Beta; the question itself scatters about that. The Beta has the mean
 * and the variance of all three (moment matching), so that it is wide where little is known.
 */
export function expectOf(
  learned: LearnedDifficulty,
  features: DifficultyFeatures,
  similar: SimilarSamples | undefined,
): Expectation {
  const { mean: learnedAt, variance } = linearMoments(learned.belief, features.values);
  const trust = trustIn(features, variance);
  const at = trust * learnedAt + (1 - trust) * (features.values[0] as number);
  const weights = logisticNormalMoments(at, variance + strangeness(learned, features.domain));
  const worth = similar?.worth ?? 0;
  const own = similar?.sameTemplate === true ? WEIGHTS_WORTH.template : WEIGHTS_WORTH.kind;
  const historyShare = worth / (own + worth);
  const mean = bounded((1 - historyShare) * weights.mean + historyShare * (similar?.rightShare ?? 0));
  const scatter = similar?.sameTemplate === true && worth > 0 ? learned.templateScatter : learned.scatter;
  const most = mean * (1 - mean);
  // The law of total variance: what the question's own chance scatters about its expectation, and what that is unsure by.
  const unsure = Math.min(most, (1 - historyShare) ** 2 * weights.variance);
  const strength = most / ((most - unsure) * correlationOf(scatter) + unsure) - 1;
  return {
    mean,
    strength: Math.min(STRENGTH_LIMITS.most, Math.max(STRENGTH_LIMITS.least, strength)),
    historyShare,
  };
}

/**
 * How far what was learned is to be trusted for a question, against the start weights, in [0, 1]: by the share of the prior's
 * variance of its logit that learning has taken away. Little, where nothing like it was seen: of its domain, or of its size.
 */
function trustIn(features: DifficultyFeatures, variance: number): number {
  const prior = features.values.reduce((sum, value, i) => sum + value * value * (PRIOR_VARIANCES[i] as number), 0);
  return Math.min(1, Math.max(0, 1 - variance / prior));
}

function strangeness({ byDomain, outcomes, trained }: LearnedDifficulty, domain: string): number {
  if (domain === "general") return UNKNOWN_DOMAIN_VARIANCE;
  return outcomes + trained === 0 ? 0 : UNSEEN_DOMAIN_VARIANCE / (1 + (byDomain[domain] ?? 0));
}

/** Neither 0 nor 1 can ever be known. */
const bounded = (p: number) => Math.min(0.99, Math.max(0.01, p));
