import type { SampleCosts } from "./cost-model.ts";
import curves from "./curves.json" with { type: "json" };
import type { PricePoint } from "./implied-price.ts";
import type { PricedWay } from "./priced-way.ts";
import { type CurvePredictor, createPredictor, type ScalingCurve } from "./scaling-curve.ts";
import type { MeasuredSearches } from "./search-point.ts";

/** Problems that were expected to be about as hard, and what became of them. */
export interface CurveBand {
  /** Difficulty scores up to this belong to it, beyond the band before. */
  readonly upTo: number;
  /** Of one sample; the prompt's by `bytesPerPromptToken`. */
  readonly outputTokens: number;
  /** Standard deviation of a problem's samples' tokens over their mean. */
  readonly spread: number;
  readonly curve: ScalingCurve;
  /** What stopping at a price came to, the dearest first; the same prices in every band. Absent: nobody has tried. */
  readonly prices?: readonly PricePoint[];
}

/** What is known of how a model's accuracy grows with samples. */
export interface ModelCurves {
  /** What it was fitted on, in a sentence. */
  readonly fittedOn: string;
  /** UTF-8 bytes of a prompt for each of its tokens. */
  readonly bytesPerPromptToken: number;
  /** Whether samples are scored by a process reward model, so that votes can be weighted. */
  readonly verified: boolean;
  /** What was measured where the curves were fitted; latency elsewhere is another. */
  readonly speed?: {
    readonly tokensPerSecond: number;
    readonly totalTokensPerSecond: number;
  };
  /** Easiest first; at least one. */
  readonly bands: readonly CurveBand[];
  /** Searches that are worth more than whole samples at a price, the dearest price first; `prices` are those of what is done at each. Default none. */
  readonly ways?: readonly PricedWay[];
  /** What searches came to. Absent: nobody has measured any, and none is planned. */
  readonly searches?: MeasuredSearches;
}

/** A file of curves. */
export interface CurvesFile {
  readonly version: 1;
  /** By the model's id. */
  readonly models: Readonly<Record<string, ModelCurves>>;
}

/** The curves that come with Reckon (`npm run bench -- curves --write`). */
export const shippedCurves = curves as unknown as CurvesFile;

/** The curves of a model by its id; `undefined` where nobody has measured any. */
export function curvesOf(model: string, file: CurvesFile = shippedCurves): ModelCurves | undefined {
  return file.models[model];
}

/** The band of a difficulty score in [0, 1]. */
export function bandOf(curves: ModelCurves, score: number): CurveBand {
  return (curves.bands.find(({ upTo }) => score <= upTo) ?? curves.bands.at(-1)) as CurveBand;
}

const predictors = new WeakMap<ScalingCurve, CurvePredictor>();

/** A curve's predictor; the same one each time, since it remembers. */
export function curvePredictorOf(curve: ScalingCurve): CurvePredictor {
  let predictor = predictors.get(curve);
  if (predictor === undefined) {
    predictor = createPredictor(curve);
    predictors.set(curve, predictor);
  }
  return predictor;
}

/** Costs of a problem's samples, by its band and the bytes of its prompt. */
export function sampleCostsOf(curves: ModelCurves, band: CurveBand, promptBytes: number): SampleCosts {
  return {
    promptTokens: Math.ceil(promptBytes / curves.bytesPerPromptToken),
    outputTokens: band.outputTokens,
    spread: band.spread,
  };
}
