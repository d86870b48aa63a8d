import { sigmoid } from "./logistic.ts";

/** What is believed of the weights of a logistic regression: a normal distribution. */
export interface GaussianBelief {
  /** One a weight. */
  readonly mean: readonly number[];
  /** Row by row, as many rows as weights; symmetric and positive definite. */
  readonly covariance: readonly number[];
}

/** Trials that share their features. */
export interface BinomialRow {
  readonly features: readonly number[];
  /** 0 to `trials`; fractions where what happened is known in probability only. */
  readonly successes: number;
  /** > 0; fractions where trials hang together and count for fewer. */
  readonly trials: number;
}

/** A row whose logit varies no more than this teaches nothing. */
const NOTHING = 1e-12;

/** A belief of independent weights. */
export function independentBelief(mean: readonly number[], variances: readonly number[]): GaussianBelief {
  const covariance = mean.flatMap((_, i) => mean.map((__, j) => (i === j ? (variances[i] as number) : 0)));
  return { mean: [...mean], covariance };
}

/** Mean and variance of the weighted sum of features, the logit of the chance of success. */
export function linearMoments(belief: GaussianBelief, features: readonly number[]) {
  const spread = timesCovariance(belief, features);
  return { mean: dot(belief.mean, features), variance: Math.max(0, dot(spread, features)) };
}

/**
 * The belief after one row: Laplace's approximation, exact along the direction that the row speaks of, which is one Newton
 * search in one dimension (assumed-density filtering, Opper 1998; Bishop, Pattern recognition and machine learning, 4.5).
 */
export function updateBelief(belief: GaussianBelief, row: BinomialRow): GaussianBelief {
  const { mean, variance } = linearMoments(belief, row.features);
  if (!(variance > NOTHING) || !(row.trials > 0)) return belief;
  let at = mean;
  for (let i = 0; i < 50; i += 1) {
    const p = sigmoid(at);
    const slope = row.successes - row.trials * p - (at - mean) / variance;
    // The posterior is log-concave; bounded steps keep the search from overshooting.
    const step = Math.max(-2, Math.min(2, slope / (row.trials * p * (1 - p) + 1 / variance)));
    at += step;
    if (Math.abs(step) < 1e-12) break;
  }
  const p = sigmoid(at);
  const left = 1 / (1 / variance + row.trials * p * (1 - p));
  return moveAlong(belief, row.features, { variance, shift: at - mean, left });
}

/**
 * The belief after all rows at once: the mode of the posterior and the curvature there (Laplace's approximation), by Newton's
 * method, each step of which is a pass of linear updates from the prior. Rows in any order give the same belief.
 */
export function fitBelief(prior: GaussianBelief, rows: readonly BinomialRow[], iterations = 50): GaussianBelief {
  let at = prior.mean;
  let belief = prior;
  for (let i = 0; i < iterations; i += 1) {
    belief = rows.reduce((so, row) => linearUpdate(so, row, dot(at, row.features)), prior);
    const longest = Math.max(...belief.mean.map((value, j) => Math.abs(value - (at[j] as number))));
    const scale = longest > 3 ? 3 / longest : 1;
    at = at.map((value, j) => value + scale * ((belief.mean[j] as number) - value));
    if (longest < 1e-9) break;
  }
  return belief;
}

/** A row as a measurement of the logit, linear at `logit`: value and noise of iteratively reweighted least squares. */
function linearUpdate(belief: GaussianBelief, row: BinomialRow, logit: number): GaussianBelief {
  const p = sigmoid(logit);
  const information = Math.max(1e-9, row.trials * p * (1 - p));
  const { mean, variance } = linearMoments(belief, row.features);
  if (!(variance > NOTHING)) return belief;
  const left = 1 / (1 / variance + information);
  const measured = logit + (row.successes - row.trials * p) / information;
  return moveAlong(belief, row.features, { variance, shift: left * information * (measured - mean), left });
}

/** Moves the weighted sum of features by `shift` and leaves it the variance `left`; the weights follow as they vary with it. */
function moveAlong(
  belief: GaussianBelief,
  features: readonly number[],
  { variance, shift, left }: { readonly variance: number; readonly shift: number; readonly left: number },
): GaussianBelief {
  const size = belief.mean.length;
  const spread = timesCovariance(belief, features);
  const shrink = (variance - left) / (variance * variance);
  const covariance = belief.covariance.slice();
  for (let i = 0; i < size; i += 1) {
    const factor = shrink * (spread[i] as number);
    for (let j = 0; j < size; j += 1) {
      covariance[i * size + j] = (covariance[i * size + j] as number) - factor * (spread[j] as number);
    }
  }
  return { mean: belief.mean.map((value, i) => value + ((spread[i] as number) * shift) / variance), covariance };
}

function timesCovariance({ mean, covariance }: GaussianBelief, features: readonly number[]): number[] {
  const size = mean.length;
  return mean.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j += 1) sum += (covariance[i * size + j] as number) * (features[j] as number);
    return sum;
  });
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
