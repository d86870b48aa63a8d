import {
  type BetaShape,
  createPrng,
  fitPowerLaw,
  logit,
  mean,
  type PowerLaw,
  passAtK,
  quantile,
  sigmoid,
} from "@reckon/stats";
import { createVoteAccuracy, type Measure, type VoteAccuracy } from "./vote-accuracy.ts";
import { fitVoteModel, type ObservedProblem, sizesOf, type VoteModel } from "./vote-model.ts";

/** How accuracy grows with samples, fitted to problems of one kind. */
export interface ScalingCurve {
  readonly model: VoteModel;
  /** Fits to problems drawn again with replacement: how sure the model is. */
  readonly refits: readonly VoteModel[];
  /** Of coverage, the raw law beside the beta-binomial; absent where coverage does not fall between 0 and 1. */
  readonly powerLaw?: PowerLaw | undefined;
  /** What it rests on. */
  readonly fittedOn: {
    readonly problems: number;
    /** The most samples of a problem. */
    readonly samples: number;
  };
}

/** A prediction with its 95 % interval from the refits. */
export interface CurvePrediction {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** True where k is beyond what the fit can vouch for; `warning` then says so. */
  readonly extrapolated: boolean;
  readonly warning?: string | undefined;
}

/** How to fit. */
export interface FitCurveOptions {
  /** Default 40. */
  readonly refits?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Predictions for more samples than this many times those of the fit are called extrapolations (docs/planning.md has the check). */
export const TRUSTED_FACTOR = 4;

/** Fits a curve with refits by bootstrap over problems; `undefined` where there are no samples. Deterministic in its seed. */
export function fitScalingCurve(
  problems: readonly ObservedProblem[],
  options: FitCurveOptions = {},
): ScalingCurve | undefined {
  const { refits = 40, seed = 1 } = options;
  const model = fitVoteModel(problems);
  if (model === undefined) return undefined;
  const random = createPrng(seed);
  const drawn = Array.from({ length: refits }, () =>
    fitVoteModel(problems.map(() => problems[random.integer(problems.length)] as ObservedProblem)),
  );
  const samples = Math.max(...problems.map(({ counts }) => sizesOf(counts).total));
  const powerLaw = fitPowerLaw(coverageOf(problems, samples));
  return {
    model,
    refits: drawn.filter((one) => one !== undefined),
    ...(powerLaw && { powerLaw }),
    fittedOn: { problems: problems.length, samples },
  };
}

/** Unbiased coverage at powers of two, up to `most` samples, over the problems that have as many. */
function coverageOf(problems: readonly ObservedProblem[], most: number) {
  const sizes = problems.map(({ counts }) => sizesOf(counts));
  const ks = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
  return ks.flatMap((k) => {
    const coverage = mean(sizes.flatMap(({ right, total }) => (total < k ? [] : [passAtK(total, right, k)])));
    return coverage === undefined ? [] : [{ k, coverage }];
  });
}

/** Predicts from a curve. */
export interface CurvePredictor {
  /**
   * Expected accuracy at k samples, of all problems of the kind or of one whose P(one sample is right) has the given Beta: that is
   * then moved as far as the refits move the kind's. Never beyond `TRUSTED_FACTOR` times the samples of the fit without saying so.
   */
  predict(measure: Measure, k: number, shape?: BetaShape): CurvePrediction;
  /** The value alone, without its interval: much cheaper. */
  valueAt(measure: Measure, k: number, shape?: BetaShape): number;
}

/** Makes a predictor, which remembers what depends on k alone. */
export function createPredictor(curve: ScalingCurve): CurvePredictor {
  const middle = createVoteAccuracy(curve.model);
  let refits: { accuracy: VoteAccuracy; model: VoteModel }[] | undefined;
  const most = curve.fittedOn.samples * TRUSTED_FACTOR;
  return {
    valueAt: (measure, k, shape) => middle.at(measure, k, shape),
    predict(measure, k, shape) {
      refits ??= curve.refits.map((model) => ({ accuracy: createVoteAccuracy(model), model }));
      const values = refits.map(({ accuracy, model }) =>
        accuracy.at(measure, k, shape === undefined ? undefined : moved(shape, curve.model.shape, model.shape)),
      );
      const value = middle.at(measure, k, shape);
      const extrapolated = k > most;
      const { problems, samples } = curve.fittedOn;
      return {
        value,
        low: Math.min(value, quantile(values, 0.025) ?? value),
        high: Math.max(value, quantile(values, 0.975) ?? value),
        extrapolated,
        ...(extrapolated && {
          warning: `${k} samples are more than ${TRUSTED_FACTOR} times the ${samples} that the curve was fitted on (${problems} problems): an extrapolation`,
        }),
      };
    },
  };
}

const meanOf = ({ alpha, beta }: BetaShape) => alpha / (alpha + beta);
const logOddsOf = (shape: BetaShape) => logit(meanOf(shape), 0);

/** A Beta with its mean moved, in log-odds, as far as that of `to` is from that of `from`. */
function moved(shape: BetaShape, from: BetaShape, to: BetaShape): BetaShape {
  const strength = shape.alpha + shape.beta;
  const mean = sigmoid(logOddsOf(shape) + logOddsOf(to) - logOddsOf(from));
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, mean));
  return { alpha: strength * kept, beta: strength * (1 - kept) };
}
