import calibration from "./calibration.json" with { type: "json" };
import type { Calibrator } from "./calibrator.ts";
import type { ErrorModel } from "./posterior.ts";
import type { Scoring } from "./weigh-votes.ts";

/** What was learned of the samples of one model: how they err, what a sign of their quality is worth, how sure votes may be. */
export interface ModelProfile {
  readonly scoring: Scoring;
  readonly errorModel: ErrorModel;
  /** One a kind of raw confidence at most; others stay as they are. */
  readonly calibrators: readonly Calibrator[];
}

/** Of models that nothing was learned of: a verifier's scores count, log-probabilities, whose scale is a model's own, do not. */
export const defaultProfile = calibration.default as ModelProfile;

/** The profile fitted for a model (`npm run bench -- calibrate --write`), by the model's id; else `defaultProfile`. */
export function profileOf(model: string): ModelProfile {
  const models = calibration.models as unknown as Record<string, ModelProfile>;
  return (Object.hasOwn(models, model) ? models[model] : undefined) ?? defaultProfile;
}
