import { declaredOnce } from "./instruments.ts";
import { attributes, metricNames } from "./names.ts";

/** The difficulty service learned from an outcome; how far the share of wrong samples was from what was expected, in [0, 1]. */
export function recordDifficultyLearned(absoluteError: number): void {
  const { learned, error } = instruments();
  learned.add(1);
  error.record(absoluteError);
}

/** Questions have become `harder` or `easier` than what was learned. */
export function recordDifficultyDrift(drift: "harder" | "easier"): void {
  instruments().drifts.add(1, { [attributes.drift]: drift });
}

const instruments = declaredOnce((meter) => ({
  learned: meter.createCounter(metricNames.difficultyLearned, {
    description: "Outcomes that the difficulty service learned from.",
  }),
  error: meter.createHistogram(metricNames.difficultyError, {
    description: "Distance of the share of wrong samples from the expected one, an outcome.",
    advice: { explicitBucketBoundaries: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] },
  }),
  drifts: meter.createCounter(metricNames.difficultyDrifts, {
    description: "Times that questions were noticed to have become harder or easier than what was learned.",
  }),
}));
