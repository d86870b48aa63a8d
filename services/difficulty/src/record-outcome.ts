import { questionOf } from "@reckon/core";
import type { OutcomeRecord } from "@reckon/rpc";
import { recordDifficultyDrift, recordDifficultyLearned } from "@reckon/telemetry";
import type { Learner } from "./learner.ts";
import { ownFeaturesOf } from "./own-features.ts";

/**
 * Keeps how a solve ended and learns from it; nothing where it was kept before. Only features of the problem go into the store,
 * and its text where the store records prompts. `warn` is told that questions have drifted from what was learned.
 */
export function recordOutcome(
  learner: Learner,
  warn: (message: string) => void,
  { problem, ...record }: OutcomeRecord,
): void {
  const prompt = questionOf(problem);
  const features = ownFeaturesOf(prompt);
  const lesson = learner.record({ ...record, features, prompt });
  if (lesson === undefined) return;
  recordDifficultyLearned(lesson.absoluteError);
  if (lesson.drift === undefined) return;
  recordDifficultyDrift(lesson.drift);
  const whose = features.tenant === undefined ? "" : ` of tenant ${features.tenant}`;
  warn(`questions${whose} have become ${lesson.drift} than what was learned: older outcomes are forgotten faster`);
}
