import type { Method } from "@reckon/core";
import { logit, sigmoid } from "@reckon/stats";
import { type Cost, costOfTokens, type ServingCosts } from "./cost-model.ts";
import { type CurveBand, curvePredictorOf, type ModelCurves } from "./model-curves.ts";
import type { CurvePrediction, CurvePredictor } from "./scaling-curve.ts";

/** What a search spends on a problem, on average. */
export interface SearchCosts {
  /** Continuations that were asked for. */
  readonly calls: number;
  readonly outputTokens: number;
  /** Computed for prompts and for what paths go on from. */
  readonly promptTokens: number;
  readonly verifierTokens: number;
}

/** What a method that searches step by step came to at one size, beside a weighted vote of as many output tokens on the same problems. */
export interface SearchPoint {
  readonly method: Method;
  /** N, as the method counts it: paths, particles, simulations, attempts. */
  readonly samples: number;
  /** Log-odds of being right beyond the vote's, over problems of all bands. */
  readonly logOdds: number;
  /** Of `logOdds`, by bootstrap over problems. */
  readonly standardError: number;
  /** By band, easiest first. */
  readonly costs: readonly SearchCosts[];
}

/** The searches of a model that were measured. */
export interface MeasuredSearches {
  /** On what, in a sentence. */
  readonly measuredOn: string;
  readonly points: readonly SearchPoint[];
}

/**
 * The log-odds that are believed: drawn towards 0, that of the vote, as far as chance alone could have brought them, 1 - (standard error / log-odds)^2 and
 * at least 0 (the positive-part James-Stein estimator; Efron and Morris, 1973). The best of several noisy figures would else be chosen for its luck.
 */
export function believedLogOdds({ logOdds, standardError }: Pick<SearchPoint, "logOdds" | "standardError">): number {
  if (logOdds === 0) return 0;
  return logOdds * Math.max(0, 1 - (standardError / logOdds) ** 2);
}

/** Cost and expected P(right) of a search on a problem of a band; `undefined` where the band was not measured. */
export function searchOption(
  point: SearchPoint,
  curves: ModelCurves,
  band: CurveBand,
  serving: ServingCosts,
  shape: Shape,
): { readonly cost: Cost; readonly accuracy: number } | undefined {
  const costs = point.costs[curves.bands.indexOf(band)];
  if (costs === undefined) return undefined;
  const vote = voteAt(curvePredictorOf(band.curve), costs.outputTokens / band.outputTokens, shape);
  return { cost: costOfTokens(costs, serving), accuracy: sigmoid(logOddsOf(vote) + believedLogOdds(point)) };
}

/** What is expected of a search with its interval: that of the vote beside it, widened by the standard error of what the search adds. */
export function predictSearch(
  point: SearchPoint,
  curves: ModelCurves,
  band: CurveBand,
  shape: Shape,
): CurvePrediction | undefined {
  const costs = point.costs[curves.bands.indexOf(band)];
  if (costs === undefined) return undefined;
  const predictor = curvePredictorOf(band.curve);
  const votes = costs.outputTokens / band.outputTokens;
  const { low, high, value, ...rest } = predictor.predict("weighted-vote", Math.max(1, Math.round(votes)), shape);
  const moved = believedLogOdds(point);
  const middle = logOddsOf(voteAt(predictor, votes, shape)) + moved;
  const within = (bound: number) => Math.hypot(logOddsOf(bound) - logOddsOf(value), 1.96 * point.standardError);
  return { ...rest, value: sigmoid(middle), low: sigmoid(middle - within(low)), high: sigmoid(middle + within(high)) };
}

type Shape = Parameters<CurvePredictor["valueAt"]>[2];

/** A weighted vote of a number of samples that need not be whole. */
function voteAt(predictor: CurvePredictor, votes: number, shape: Shape): number {
  const [below, above] = [Math.max(1, Math.floor(votes)), Math.max(1, Math.ceil(votes))];
  const low = predictor.valueAt("weighted-vote", below, shape);
  if (above === below) return low;
  return low + (votes - below) * (predictor.valueAt("weighted-vote", above, shape) - low);
}

const logOddsOf = (p: number) => logit(p, 1e-9);
