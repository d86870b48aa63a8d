import { questionOf } from "@reckon/core";
import type { OutcomeRecord } from "@reckon/rpc";
import type { Store } from "@reckon/store";
import { ownFeaturesOf } from "./own-features.ts";

/**
 * Keeps how a solve ended, for later estimates; false where it was kept before. Only features of the problem go into the
 * store, and its text where the store records prompts.
 */
export function recordOutcome(store: Store, { problem, ...record }: OutcomeRecord): boolean {
  const prompt = questionOf(problem);
  return store.recordOutcome({ ...record, features: ownFeaturesOf(prompt), prompt });
}
