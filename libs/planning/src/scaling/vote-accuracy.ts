import { type BetaShape, betaPassAtK, createPluralityTable, logBeta } from "@reckon/stats";
import { type VoteModel, weightedWin } from "./vote-model.ts";

/** What is asked of k samples: that any is right, that most votes are, that the largest sum of weights is. */
export type Measure = "coverage" | "majority" | "weighted-vote";

/** Expected accuracy under a vote model. */
export interface VoteAccuracy {
  /**
   * P(the answer from k samples is right), in [0, 1], for a problem whose P(one sample is right) has the given Beta (default: the
   * model's). `weighted-vote` is the majority where nothing is known of signs of quality. Throws `RangeError` for k < 1.
   */
  at(measure: Measure, k: number, shape?: BetaShape): number;
}

/** Exact expectations under a model, by sums over counts; what depends on k alone is computed once. */
export function createVoteAccuracy(model: VoteModel): VoteAccuracy {
  const { weighing, blank } = model;
  const table = createPluralityTable(model.errors);
  const known = new Map<string, readonly number[]>();

  const winsOf = (measure: Measure, right: number, votes: number): number => {
    const wrong = votes - right;
    if (right === 0) return 0;
    if (measure === "majority" || weighing === undefined) return table.wins(right, wrong);
    let sum = 0;
    for (let rival = 0; rival <= wrong; rival += 1) {
      const chance = table.largest(rival, wrong);
      if (chance > 0) sum += chance * weightedWin(weighing, { right, rival, votes });
    }
    return sum;
  };
  /** Chance to win by the number of right samples among k. */
  const row = (measure: Measure, k: number): readonly number[] => {
    const key = `${measure} ${k}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const wins = Array.from({ length: k + 1 }, (_, right) => {
      if (blank === 0) return winsOf(measure, right, k);
      return binomial(k - right, blank).reduce((sum, chance, silent) => {
        return chance < 1e-12 ? sum : sum + chance * winsOf(measure, right, k - silent);
      }, 0);
    });
    known.set(key, wins);
    return wins;
  };
  return {
    at(measure, k, shape = model.shape) {
      if (!(k >= 1)) throw new RangeError(`k must be at least 1, got ${k}`);
      if (measure === "coverage") return betaPassAtK(shape, k);
      const chances = betaBinomial(k, shape);
      const sum = row(measure, k).reduce((total, win, right) => total + win * (chances[right] as number), 0);
      return Math.min(1, sum);
    },
  };
}

/** Chances of 0 to n successes. */
function binomial(n: number, p: number): number[] {
  return Array.from({ length: n + 1 }, (_, j) => {
    if (p >= 1) return j === n ? 1 : 0;
    let log = n * Math.log1p(-p);
    for (let i = 1; i <= j; i += 1) log += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    return Math.exp(log);
  });
}

/** Beta-binomial chances of 0 to n successes, by the ratio of neighbours. */
function betaBinomial(n: number, { alpha, beta }: BetaShape): number[] {
  let log = logBeta(alpha, beta + n) - logBeta(alpha, beta);
  const chances = [Math.exp(log)];
  for (let c = 0; c < n; c += 1) {
    log += Math.log((((n - c) / (c + 1)) * (alpha + c)) / (beta + n - c - 1));
    chances.push(Math.exp(log));
  }
  return chances;
}
