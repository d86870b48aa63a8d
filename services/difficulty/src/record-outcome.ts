import { questionOf } from "@reckon/core";
import { classifyDomain } from "@reckon/planning";
import type { OutcomeRecord } from "@reckon/rpc";
import { featuresOf, type Store } from "@reckon/store";

/**
 * Keeps how a solve ended, for later estimates; false where it was kept before. Only features of the problem go into the
 * store, and its text where the store records prompts.
 */
export function recordOutcome(store: Store, { problem, ...record }: OutcomeRecord): boolean {
  const prompt = questionOf(problem);
  return store.recordOutcome({ ...record, features: featuresOf(prompt, classifyDomain(prompt)), prompt });
}
