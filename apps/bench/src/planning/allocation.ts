import {
  allocate,
  bandOf,
  curvePredictorOf,
  defaultSizes,
  type GainPoint,
  type Measure,
  type ModelCurves,
  type Scoring,
  weighVotes,
} from "@reckon/planning";
import { type BetaShape, createPrng, majAtK, mean } from "@reckon/stats";
import { type Estimate, estimateMean } from "../bootstrap-mean.ts";
import { recordedSamples, truthOf, votesOf } from "../replay/recorded-votes.ts";
import type { ProblemRecord } from "../sample-record.ts";
import type { VotedSpending } from "./allocate-by-votes.ts";
import { difficultyOf } from "./fit-curves.ts";
import { countsOf } from "./observed-problem.ts";

/** How votes are counted in a replay. */
export type Vote = Exclude<Measure, "coverage">;

/** A problem as an allocation sees it, and as it turns out. */
interface Case {
  readonly tokens: number;
  /** P(right) with N samples, by replay; N the place. */
  readonly accuracy: readonly number[];
  readonly score: number;
  readonly own: BetaShape;
}

/** Points that an allocation gains, at a budget of so many samples a problem. */
export interface AllocationRow {
  readonly budget: number;
  readonly name: string;
  readonly accuracy: number;
  /** Against the same N everywhere, paired by problem. */
  readonly gain: Estimate | undefined;
  /** Output tokens really spent, over those of the even split. */
  readonly spent: number;
}

const DRAWS = 40;
const SAME = "the same N";

/** Cases for replay: accuracy by subsets without replacement, exact for a majority, else the mean over 40 seeded ones. */
export function casesFor(problems: readonly ProblemRecord[], vote: Vote, scoring: Scoring): Case[] {
  return problems.map((problem, index) => {
    const most = problem.samples.length;
    const difficulty = difficultyOf(problem);
    const at = vote === "majority" ? majorityAt(problem) : weightedAt(problem, scoring, index);
    return {
      tokens: mean(problem.samples.map((sample) => sample.tokens)) as number,
      accuracy: fillGaps(defaultSizes.filter((k) => k <= most).map((k) => ({ k, accuracy: at(k) }))),
      score: difficulty.score,
      own: { alpha: difficulty.priorAlpha, beta: difficulty.priorBeta },
    };
  });
}

function majorityAt(problem: ProblemRecord): (k: number) => number {
  const counts = countsOf(problem.samples);
  return (k) => majAtK(counts, k);
}

function weightedAt(problem: ProblemRecord, scoring: Scoring, seed: number): (k: number) => number {
  const samples = recordedSamples(problem, scoring, "both");
  const truth = truthOf(problem);
  const random = createPrng(seed);
  return (k) => {
    let right = 0;
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const weights = new Map<string, number>();
      for (const { canonical, weight } of weighVotes(
        votesOf(random.shuffle(samples).slice(0, k)),
        "weighted-vote",
        scoring,
      )) {
        weights.set(canonical, (weights.get(canonical) ?? 0) + weight);
      }
      const best = [...weights].sort((a, b) => b[1] - a[1])[0]?.[0];
      if (truth !== undefined && best === truth) right += 1;
    }
    return right / DRAWS;
  };
}

/** Accuracy at every N from 0 on, along straight lines between those known. */
function fillGaps(known: readonly { readonly k: number; readonly accuracy: number }[]): number[] {
  const filled = [0];
  for (const { k, accuracy } of known) {
    const from = filled.length - 1;
    const before = filled[from] as number;
    for (let n = from + 1; n <= k; n += 1) filled.push(before + ((n - from) / (k - from)) * (accuracy - before));
  }
  return filled;
}

/** At a fraction of a sample: now the one number, now the other. */
function accuracyAt({ accuracy }: Case, samples: number): number {
  const low = Math.min(accuracy.length - 1, Math.floor(samples));
  const high = Math.min(accuracy.length - 1, low + 1);
  const [a, b] = [accuracy[low] as number, accuracy[high] as number];
  return a + (samples - low) * (b - a);
}

interface SizedPoint extends GainPoint {
  readonly samples: number;
}

/** Expected accuracy by N for one problem. */
type Gain = (one: Case, samples: number) => number;

/**
 * Spends a budget of `budget` samples' tokens a problem by marginal gain, with priors from the text, with those of the band alone, and (`oracle`) knowing
 * each problem's own curve and length; against the same N everywhere and the same tokens everywhere.
 */
export function allocationRows(
  cases: readonly Case[],
  vote: Vote,
  curves: ModelCurves,
  budgets: readonly number[],
  byVotes?: VotedSpending,
): AllocationRow[] {
  const most = (cases[0] as Case).accuracy.length - 1;
  const sizes = defaultSizes.filter((k) => k <= most);
  const expectedTokens = ({ score }: Case) => bandOf(curves, score).outputTokens;
  const byCurve =
    (shape: (one: Case) => BetaShape | undefined): Gain =>
    (one, samples) =>
      curvePredictorOf(bandOf(curves, one.score).curve).valueAt(vote, samples, shape(one));
  const points = (gain: Gain, tokens: (one: Case) => number) =>
    cases.map((one) =>
      sizes.map((samples): SizedPoint => ({ samples, cost: samples * tokens(one), gain: gain(one, samples) })),
    );
  const byText = points(
    byCurve(({ own }) => own),
    expectedTokens,
  );
  const byBand = points(
    byCurve(() => undefined),
    expectedTokens,
  );
  const oracle = points(
    (one, samples) => one.accuracy[samples] as number,
    ({ tokens }) => tokens,
  );
  const expectedTotal = cases.reduce((sum, one) => sum + expectedTokens(one), 0);
  const realTotal = cases.reduce((sum, one) => sum + one.tokens, 0);
  return budgets.flatMap((budget) => {
    const chosen = (curvesOfAll: SizedPoint[][], total: number) =>
      allocate(curvesOfAll, budget * total).chosen.map((point) => point?.samples ?? 0);
    const plans: [string, number[]][] = [
      [SAME, cases.map(() => budget)],
      [
        "the same tokens",
        cases.map((one) => Math.min(most, (budget * expectedTotal) / cases.length / expectedTokens(one))),
      ],
      ["marginal gain, prior of the text", chosen(byText, expectedTotal)],
      ["marginal gain, prior of the band", chosen(byBand, expectedTotal)],
      ["marginal gain, oracle", chosen(oracle, realTotal)],
    ];
    const even = cases.map((one) => accuracyAt(one, budget));
    const rowOf = (name: string, accuracies: readonly number[], spent: number): AllocationRow => ({
      ...{ budget, name, spent, accuracy: mean(accuracies) as number },
      gain: name === SAME ? undefined : estimateMean(accuracies.map((value, i) => value - (even[i] as number))),
    });
    const rows = plans.map(([name, samples]) => {
      const tokens = cases.reduce((sum, one, i) => sum + one.tokens * (samples[i] as number), 0);
      const accuracies = cases.map((one, i) => accuracyAt(one, samples[i] as number));
      return rowOf(name, accuracies, tokens / (budget * realTotal));
    });
    const at = budgets.indexOf(budget);
    const voted = byVotes?.accuracies[at];
    if (voted === undefined) return rows;
    return [...rows, rowOf("marginal gain, by the votes so far", voted, byVotes?.spent[at] as number)];
  });
}
