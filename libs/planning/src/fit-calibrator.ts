import { fitIsotonic, fitLogistic, logLossOf, mean, sigmoid } from "@reckon/stats";
import { applyCalibrator, type Calibrator, type CalibratorScope } from "./calibrator.ts";
import {
  type ConfidenceFeature,
  type ConfidenceFeatures,
  confidenceFeatureNames,
  risingFeatures,
} from "./confidence-features.ts";

/** One state whose outcome is known. */
export interface CalibrationSample {
  readonly features: ConfidenceFeatures;
  readonly correct: boolean;
  /** What states of one problem have in common, so that they are never on both sides of a fold. Default: a group of its own. */
  readonly group?: string | undefined;
}

/** Fewer problems than this are not enough for a calibrator; the raw kind is reported instead. */
export const MIN_CALIBRATION_OUTCOMES = 50;
/** From this many problems on, all features are tried beside the raw confidence alone. */
export const MIN_FEATURE_OUTCOMES = 200;
/** From this many on, a free non-decreasing function too: isotonic regression overfits on less. */
export const MIN_ISOTONIC_OUTCOMES = 500;

const FOLDS = 5;
/** Isotonic regression is fitted on the means of this many groups of equal size, which bounds what is stored. */
const ISOTONIC_BINS = 50;

/** The ways to fit that a number of problems allows. */
interface Way {
  readonly features: readonly ConfidenceFeature[];
  readonly isotonic: boolean;
}

function waysFor(samples: readonly CalibrationSample[], outcomes: number): Way[] {
  const known = confidenceFeatureNames.filter((name) => samples.every(({ features }) => features[name] !== undefined));
  const sets: ConfidenceFeature[][] = [["raw"]];
  if (outcomes >= MIN_FEATURE_OUTCOMES && known.length > 1) sets.push(known);
  const shapes = outcomes >= MIN_ISOTONIC_OUTCOMES ? [false, true] : [false];
  return sets.flatMap((features) => shapes.map((isotonic) => ({ features, isotonic })));
}

/** The states with a number for their problem in place of its name. */
type Grouped = CalibrationSample & { readonly owner: number };

function groupedOf(samples: readonly CalibrationSample[]): { grouped: Grouped[]; outcomes: number } {
  const owners = new Map<string, number>();
  let outcomes = 0;
  const grouped = samples.map((sample) => {
    const known = sample.group === undefined ? undefined : owners.get(sample.group);
    const owner = known ?? outcomes++;
    if (sample.group !== undefined) owners.set(sample.group, owner);
    return { ...sample, owner };
  });
  return { grouped, outcomes };
}

/**
 * Fits a calibrator for one scope. The ways that are tried: Platt's map of the raw confidence (Advances in Large Margin
 * Classifiers, 1999), a logistic regression on all features that every state has, and either followed by isotonic regression
 * (Zadrozny and Elkan, KDD 2002), as far as there are outcomes enough; the one with the least log loss on problems held out,
 * in five folds, is fitted on all. A feature that must not lower a confidence never does: its weight is at least 0. The
 * order of states has no effect but through folds. `undefined` under `MIN_CALIBRATION_OUTCOMES` problems, where all outcomes are
 * alike, or where the raw confidence turns out to say nothing.
 */
export function fitCalibrator(samples: readonly CalibrationSample[], scope: CalibratorScope): Calibrator | undefined {
  const { grouped, outcomes } = groupedOf(samples);
  const right = samples.filter(({ correct }) => correct).length;
  if (outcomes < MIN_CALIBRATION_OUTCOMES || right === 0 || right === samples.length) return undefined;
  const way = bestWay(grouped, waysFor(samples, outcomes), scope);
  const fitted = fitOneWay(grouped, way, scope);
  if (Object.values(fitted.weights).every((weight) => weight === 0)) return undefined;
  return { ...fitted, outcomes };
}

/** Log loss, in nats, by which a way must beat a simpler one. */
const WORTH = 1e-4;

/** The way that does best on problems held out; what is simpler comes first and stays unless another is really better. */
function bestWay(samples: readonly Grouped[], ways: readonly Way[], scope: CalibratorScope): Way {
  const [first] = ways as readonly [Way, ...Way[]];
  if (ways.length === 1) return first;
  const tried = ways.map((way) => ({
    way,
    loss: logLossOf(crossFit(samples, (rest) => predictorOf(fitOneWay(rest, way, scope)))),
  }));
  return tried.reduce((best, one) => (one.loss < best.loss - WORTH ? one : best)).way;
}

/** Fits on other states what was fitted as a calibrator is: the same features, isotonic or not. */
export function fitLike(calibrator: Calibrator): (samples: readonly CalibrationSample[]) => Calibrator {
  const features = confidenceFeatureNames.filter((name) => calibrator.weights[name] !== undefined);
  const way = { features, isotonic: calibrator.isotonic !== undefined };
  const { of, signs, domain } = calibrator;
  return (samples) => fitOneWay(samples, way, { of, signs, domain });
}

/** Gives a state its probability; `undefined` where it cannot. */
export type StatePredictor<T> = (sample: T) => number | undefined;

/**
 * Probabilities of samples, each by a fit on problems that are not its own: what a fit is worth on outcomes it has not seen.
 * Where the fit gives none, the raw confidence.
 */
export function crossFit<T extends CalibrationSample>(
  samples: readonly T[],
  fit: (rest: readonly T[]) => StatePredictor<T>,
  folds = FOLDS,
): { readonly sample: T; readonly probability: number; readonly correct: boolean }[] {
  const { grouped } = groupedOf(samples);
  return Array.from({ length: folds }, (_, fold) => fold).flatMap((fold) => {
    const held = grouped.flatMap(({ owner }, i) => (owner % folds === fold ? [samples[i] as T] : []));
    const rest = grouped.flatMap(({ owner }, i) => (owner % folds === fold ? [] : [samples[i] as T]));
    const predict: StatePredictor<T> = held.length === 0 || rest.length === 0 ? () => undefined : fit(rest);
    return held.map((sample) => {
      const probability = predict(sample) ?? sigmoid(sample.features.raw ?? 0);
      return { sample, probability, correct: sample.correct };
    });
  });
}

/** The predictor of one calibrator, or of none. */
export function predictorOf(calibrator: Calibrator | undefined): StatePredictor<CalibrationSample> {
  return ({ features }) => calibrator && applyCalibrator(calibrator, features);
}

function fitOneWay(samples: readonly CalibrationSample[], way: Way, scope: CalibratorScope): Calibrator {
  const linear = { ...scope, ...fitRising(samples, way.features), outcomes: samples.length };
  if (!way.isotonic) return linear;
  const points = samples
    .map(({ features, correct }) => ({ x: applyCalibrator(linear, features) ?? 0, y: Number(correct) }))
    .sort((a, b) => a.x - b.x);
  const bins = Array.from({ length: Math.min(ISOTONIC_BINS, points.length) }, (_, bin, count = ISOTONIC_BINS) => {
    const size = points.length / Math.min(count, points.length);
    const part = points.slice(Math.round(bin * size), Math.round((bin + 1) * size));
    return { x: mean(part.map(({ x }) => x)) ?? 0, y: mean(part.map(({ y }) => y)) ?? 0, weight: part.length };
  });
  const { x, y } = fitIsotonic(bins.filter(({ weight }) => weight > 0));
  // Neither certainty is ever earned.
  const edge = 1 / (samples.length / ISOTONIC_BINS + 2);
  return { ...linear, isotonic: { x, y: y.map((level) => Math.min(1 - edge, Math.max(edge, level))) } };
}

/** A logistic regression in which features that must not lower the probability do not: the worst offender is left out, and again. */
function fitRising(samples: readonly CalibrationSample[], features: readonly ConfidenceFeature[]) {
  let used = [...features];
  for (;;) {
    const { intercept, weights } = fitLogistic(
      samples.map((sample) => ({
        features: used.map((name) => sample.features[name] ?? 0),
        positive: sample.correct,
      })),
      1,
    );
    const named = used.map((name, i) => [name, weights[i] as number] as const);
    const falling = named.filter(([name, weight]) => risingFeatures.includes(name) && weight < 0);
    const worst = falling.reduce<readonly [string, number] | undefined>(
      (low, one) => (low === undefined || one[1] < low[1] ? one : low),
      undefined,
    );
    if (worst === undefined) return { intercept, weights: Object.fromEntries(named) as Calibrator["weights"] };
    used = used.filter((name) => name !== worst[0]);
  }
}
