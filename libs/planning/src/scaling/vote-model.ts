import {
  type BetaShape,
  fitBetaBinomial,
  fitLogistic,
  fitPitmanYor,
  type PitmanYor,
  type VoteCounts,
} from "@reckon/stats";

/** Right votes against the largest wrong answer, in a vote weighted by signs of quality; both had at least one. */
export interface Duel {
  readonly right: number;
  readonly rival: number;
  /** All votes, those for lesser answers included. */
  readonly votes: number;
  /** Whether the right answer had the largest sum of weights. */
  readonly won: boolean;
}

/** What the samples of one problem said. */
export interface ObservedProblem {
  readonly counts: VoteCounts;
  /** Weighted votes of subsets of its samples; empty where samples have no signs of quality. */
  readonly duels: readonly Duel[];
}

/**
 * Log-odds that the right answer wins a weighted vote: intercept + ratio ln(right / rival) + scatter ln(votes / (right + rival)).
 * The intercept is what signs of quality are worth; the more votes lie elsewhere, the harder the problem, the less they tell.
 */
export interface Weighing {
  readonly intercept: number;
  readonly ratio: number;
  readonly scatter: number;
}

/** How samples of one kind of problem fall, from which every vote of any size follows. */
export interface VoteModel {
  /** P(one sample is right), over problems. */
  readonly shape: BetaShape;
  /** How wrong answers coincide; it decides where a majority saturates. */
  readonly errors: PitmanYor;
  /** Share of wrong samples that give no answer. */
  readonly blank: number;
  /** Absent where nothing is known of signs of quality. */
  readonly weighing?: Weighing | undefined;
}

/** Where nothing is known of how wrong answers coincide. */
const unknownErrors: PitmanYor = { concentration: 2, discount: 0.3 };
const FEWEST_DUELS = 50;

/**
 * Fits the model to counts of answers: right ones beta-binomial, wrong ones as a Pitman-Yor process, each by maximum likelihood. Accuracy of
 * a vote is so extrapolated from the answers themselves, not from pass@k: it saturates at the share of problems whose likeliest
 * answer is right. `undefined` where there are no samples.
 */
export function fitVoteModel(problems: readonly ObservedProblem[]): VoteModel | undefined {
  const sizes = problems.map(({ counts }) => sizesOf(counts));
  const shape = fitBetaBinomial(sizes.map(({ right, total }) => ({ successes: right, trials: total })));
  if (shape === undefined) return undefined;
  const errors = fitPitmanYor(problems.map(({ counts }) => counts.wrong)) ?? unknownErrors;
  const wrong = sizes.reduce((sum, one) => sum + one.total - one.right, 0);
  const blank = wrong === 0 ? 0 : sizes.reduce((sum, one) => sum + one.blank, 0) / wrong;
  const weighing = fitWeighing(problems.flatMap(({ duels }) => duels));
  const { alpha, beta } = shape;
  return { shape: { alpha, beta }, errors, blank, ...(weighing && { weighing }) };
}

/** Samples of a problem: right ones, those without an answer, all. */
export function sizesOf({ right, wrong, blank = 0 }: VoteCounts) {
  return { right, blank, total: wrong.reduce((sum, count) => sum + count, right + blank) };
}

const featuresOf = ({ right, rival, votes }: Omit<Duel, "won">) => [
  Math.log(right / rival),
  Math.log(votes / (right + rival)),
];

function fitWeighing(duels: readonly Duel[]): Weighing | undefined {
  const won = duels.filter((duel) => duel.won).length;
  if (duels.length < FEWEST_DUELS || won === 0 || won === duels.length) return undefined;
  const { intercept, weights } = fitLogistic(
    duels.map((duel) => ({ features: featuresOf(duel), positive: duel.won })),
    1,
  );
  return { intercept, ratio: weights[0] ?? 0, scatter: weights[1] ?? 0 };
}

/** Chance that the right answer, with at least one vote, wins a weighted vote; 1 without a rival. */
export function weightedWin(weighing: Weighing, duel: Omit<Duel, "won">): number {
  if (duel.rival === 0) return 1;
  const [ratio = 0, scatter = 0] = featuresOf(duel);
  return 1 / (1 + Math.exp(-(weighing.intercept + weighing.ratio * ratio + weighing.scatter * scatter)));
}
