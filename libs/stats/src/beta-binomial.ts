import { mean } from "./descriptive.ts";
import { digamma, trigamma } from "./digamma.ts";
import { logBeta, logGamma } from "./log-gamma.ts";

/** A Beta distribution; both counts > 0. */
export interface BetaShape {
  readonly alpha: number;
  readonly beta: number;
}

/** Successes in trials. */
export interface Trials {
  /** 0 to `trials`. */
  readonly successes: number;
  /** >= 0. */
  readonly trials: number;
}

/** A Beta fitted to trials. */
export interface BetaFit extends BetaShape {
  /** In nats, binomial coefficients included. */
  readonly logLikelihood: number;
}

/** Far beyond what data can tell: a Beta this narrow is a point, one this small is two. */
const LARGEST = 1e4;
const SMALLEST = 1e-3;
const MAX_STEPS = 200;

/**
 * Log of the beta-binomial probability of `successes` in `trials` under Beta(alpha, beta), in nats. Throws `RangeError` unless
 * 0 <= successes <= trials.
 */
export function betaBinomialLogPmf({ successes: c, trials: n }: Trials, { alpha, beta }: BetaShape): number {
  if (!(c >= 0 && c <= n)) throw new RangeError(`successes must be in [0, ${n}], got ${c}`);
  const choose = logGamma(n + 1) - logGamma(c + 1) - logGamma(n - c + 1);
  return choose + logBeta(alpha + c, beta + n - c) - logBeta(alpha, beta);
}

/** Expected pass@k where P(one sample is right) has a Beta: 1 - B(alpha, beta + k) / B(alpha, beta). k >= 0. */
export function betaPassAtK({ alpha, beta }: BetaShape, k: number): number {
  return -Math.expm1(logBeta(alpha, beta + k) - logBeta(alpha, beta));
}

/**
 * A Beta by moments: mean and spread of the shares of success, the spread less what binomial noise of the mean number of trials adds
 * (Kleinman, JASA 68, 1973, with equal weights). A start for the maximum likelihood, and all that little data can give. `undefined` where there are no trials.
 */
export function betaByMoments(data: readonly Trials[]): BetaShape | undefined {
  const used = data.filter(({ trials }) => trials > 0);
  const p = mean(used.map(({ successes, trials }) => successes / trials));
  const inverse = mean(used.map(({ trials }) => 1 / trials));
  if (p === undefined || inverse === undefined) return undefined;
  const centre = Math.min(0.99, Math.max(0.01, p));
  const spread = mean(used.map(({ successes, trials }) => (successes / trials - p) ** 2)) as number;
  const noise = centre * (1 - centre);
  // Var(c/n) = noise (rho + (1 - rho) / n), rho = 1 / (alpha + beta + 1).
  const rho = Math.min(0.95, Math.max(0.01, (spread / noise - inverse) / (1 - inverse || 1)));
  const strength = 1 / rho - 1;
  return { alpha: centre * strength, beta: (1 - centre) * strength };
}

/**
 * The Beta of P(success) that makes trials likeliest, by Newton steps on (ln alpha, ln beta) from the moments; both within
 * [1e-3, 1e4], where data push them beyond. Beta-binomial coverage extrapolates better than a raw power law (arXiv 2407.21787
 * and its follow-ups). `undefined` where there are no trials.
 */
export function fitBetaBinomial(data: readonly Trials[]): BetaFit | undefined {
  const start = betaByMoments(data);
  if (start === undefined) return undefined;
  const cells = [...cellsOf(data).values()];
  const likelihood = (shape: BetaShape) =>
    cells.reduce((sum, cell) => sum + cell.count * betaBinomialLogPmf(cell, shape), 0);
  let shape = start;
  let value = likelihood(shape);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const [du, dv] = newtonStep(cells, shape);
    let next = shape;
    let better = value;
    let scale = 1;
    for (; scale > 1e-9; scale /= 2) {
      next = { alpha: bounded(shape.alpha * Math.exp(scale * du)), beta: bounded(shape.beta * Math.exp(scale * dv)) };
      better = likelihood(next);
      if (better >= value) break;
    }
    const moved = Math.max(Math.abs(Math.log(next.alpha / shape.alpha)), Math.abs(Math.log(next.beta / shape.beta)));
    if (better < value || moved < 1e-13) break;
    shape = next;
    value = better;
  }
  return { ...shape, logLikelihood: value };
}

interface Cell extends Trials {
  readonly count: number;
}

function cellsOf(data: readonly Trials[]): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const { successes, trials } of data) {
    if (trials === 0) continue;
    const key = `${successes}/${trials}`;
    cells.set(key, { successes, trials, count: (cells.get(key)?.count ?? 0) + 1 });
  }
  return cells;
}

const bounded = (x: number) => Math.min(LARGEST, Math.max(SMALLEST, x));

/** A step up the likelihood in the logs of both counts: Newton's where it is concave, along the gradient elsewhere. */
function newtonStep(cells: readonly Cell[], { alpha, beta }: BetaShape): [number, number] {
  let [ga, gb, haa, hbb, hab] = [0, 0, 0, 0, 0];
  const sum = alpha + beta;
  for (const { successes: c, trials: n, count } of cells) {
    const both = digamma(sum) - digamma(sum + n);
    const cross = trigamma(sum) - trigamma(sum + n);
    ga += count * (digamma(alpha + c) - digamma(alpha) + both);
    gb += count * (digamma(beta + n - c) - digamma(beta) + both);
    haa += count * (trigamma(alpha + c) - trigamma(alpha) + cross);
    hbb += count * (trigamma(beta + n - c) - trigamma(beta) + cross);
    hab += count * cross;
  }
  const [gu, gv] = [alpha * ga, beta * gb];
  const [huu, hvv, huv] = [alpha * alpha * haa + gu, beta * beta * hbb + gv, alpha * beta * hab];
  const determinant = huu * hvv - huv * huv;
  const limit = (x: number) => Math.max(-2, Math.min(2, x));
  if (huu < 0 && determinant > 0) {
    return [limit((huv * gv - hvv * gu) / determinant), limit((huv * gu - huu * gv) / determinant)];
  }
  const length = Math.hypot(gu, gv) || 1;
  return [gu / length, gv / length];
}
