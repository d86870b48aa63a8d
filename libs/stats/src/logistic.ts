/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** ln(p / (1 - p)), with p first drawn into [`floor`, 1 - `floor`] so that 0 and 1 stay finite. */
export function logit(p: number, floor = 1e-6): number {
  const clipped = Math.min(1 - floor, Math.max(floor, p));
  return Math.log(clipped / (1 - clipped));
}

/** Natural logarithm of a sum of exponentials, without overflow; -Infinity where there are none. */
export function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** One labelled observation. */
export interface LogisticSample {
  readonly features: readonly number[];
  readonly positive: boolean;
}

/** A logistic regression: P(positive) = sigmoid(intercept + weights . features). */
export interface LogisticModel {
  readonly intercept: number;
  readonly weights: readonly number[];
}

/** Solves a small symmetric positive definite system in place by Gaussian elimination with partial pivoting. */
function solveLinear(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const at = (i: number, j: number) => (matrix[i] as number[])[j] as number;
  for (let column = 0; column < n; column += 1) {
    let pivot = column;
    for (let i = column + 1; i < n; i += 1) if (Math.abs(at(i, column)) > Math.abs(at(pivot, column))) pivot = i;
    [matrix[column], matrix[pivot]] = [matrix[pivot] as number[], matrix[column] as number[]];
    [right[column], right[pivot]] = [right[pivot] as number, right[column] as number];
    for (let i = column + 1; i < n; i += 1) {
      const factor = at(i, column) / at(column, column);
      for (let j = column; j < n; j += 1) (matrix[i] as number[])[j] = at(i, j) - factor * at(column, j);
      right[i] = (right[i] as number) - factor * (right[column] as number);
    }
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = i + 1; j < n; j += 1) right[i] = (right[i] as number) - at(i, j) * (right[j] as number);
    right[i] = (right[i] as number) / at(i, i);
  }
  return right;
}

/**
 * Fits a logistic regression by Newton's method with an L2 penalty on the weights (`ridge`, default 1, which also keeps
 * separable data finite; the intercept has a thousandth of it). Deterministic. Throws `RangeError` where there are no samples.
 */
export function fitLogistic(samples: readonly LogisticSample[], ridge = 1): LogisticModel {
  const first = samples[0];
  if (first === undefined) throw new RangeError("a logistic regression needs at least 1 sample, got 0");
  const size = first.features.length + 1;
  let beta = Array.from({ length: size }, () => 0);
  const penalty = (i: number) => (i === 0 ? ridge / 1000 : ridge);
  for (let iteration = 0; iteration < 100; iteration += 1) {
    const gradient = beta.map((value, i) => -penalty(i) * value);
    const hessian = beta.map((_, i) => beta.map((__, j) => (i === j ? penalty(i) : 0)));
    for (const sample of samples) {
      const { features } = sample;
      const x = (i: number) => (i === 0 ? 1 : (features[i - 1] as number));
      let sum = 0;
      for (let i = 0; i < size; i += 1) sum += x(i) * (beta[i] as number);
      const p = sigmoid(sum);
      const miss = Number(sample.positive) - p;
      const curve = p * (1 - p);
      for (let i = 0; i < size; i += 1) {
        gradient[i] = (gradient[i] as number) + miss * x(i);
        const line = hessian[i] as number[];
        const xi = curve * x(i);
        for (let j = 0; j <= i; j += 1) line[j] = (line[j] as number) + xi * x(j);
      }
    }
    // The matrix is symmetric: its upper half is a copy.
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < i; j += 1) (hessian[j] as number[])[i] = (hessian[i] as number[])[j] as number;
    const step = solveLinear(hessian, gradient);
    // A bounded step keeps Newton from overshooting where the data are nearly separable.
    const longest = Math.max(...step.map(Math.abs));
    const scale = longest > 5 ? 5 / longest : 1;
    beta = beta.map((value, i) => value + scale * (step[i] as number));
    if (longest < 1e-10) break;
  }
  return { intercept: beta[0] as number, weights: beta.slice(1) };
}

/** P(positive) of a fitted regression. */
export function predictLogistic(model: LogisticModel, features: readonly number[]): number {
  return sigmoid(model.weights.reduce((sum, weight, i) => sum + weight * (features[i] ?? 0), model.intercept));
}
