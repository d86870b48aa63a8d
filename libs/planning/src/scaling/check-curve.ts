import { bootstrapInterval, majAtK, mean, passAtK } from "@reckon/stats";
import { type CurvePrediction, createPredictor, type ScalingCurve } from "./scaling-curve.ts";
import { type ObservedProblem, sizesOf } from "./vote-model.ts";

/** A prediction beside what was observed. */
export interface CurveCheck {
  readonly measure: "coverage" | "majority";
  readonly k: number;
  readonly predicted: CurvePrediction;
  /** Unbiased, with a 95 % interval over problems. */
  readonly observed: { readonly value: number; readonly low: number; readonly high: number };
  /** Whether the two intervals touch. */
  readonly agrees: boolean;
}

/** Unbiased pass@k or maj@k of one problem. */
export function observedAtK({ counts }: ObservedProblem, measure: CurveCheck["measure"], k: number): number {
  if (measure === "majority") return majAtK(counts, k);
  const { right, total } = sizesOf(counts);
  return passAtK(total, right, k);
}

/**
 * Lays what a curve predicts beside what more samples show: of the same problems, or of others of the same kind. Sizes that no problem has
 * samples for are left out.
 */
export function checkCurve(
  curve: ScalingCurve,
  problems: readonly ObservedProblem[],
  sizes: readonly number[],
): CurveCheck[] {
  const predictor = createPredictor(curve);
  return sizes.flatMap((k) => {
    const used = problems.filter(({ counts }) => sizesOf(counts).total >= k);
    if (used.length === 0) return [];
    return (["coverage", "majority"] as const).map((measure): CurveCheck => {
      const values = used.map((problem) => observedAtK(problem, measure, k));
      const interval = bootstrapInterval(values, (drawn) => mean(drawn) as number, { resamples: 500 });
      const predicted = predictor.predict(measure, k);
      const observed = { value: mean(values) as number, ...interval };
      return {
        ...{ measure, k, predicted, observed },
        agrees: predicted.low <= observed.high && predicted.high >= observed.low,
      };
    });
  });
}
