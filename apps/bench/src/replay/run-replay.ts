import { problemFromPrompt, type Selection, type StopRule } from "@reckon/core";
import {
  classifyDomain,
  type EvidenceKind,
  estimateDifficulty,
  type ModelProfile,
  type ReplayResult,
  replay,
} from "@reckon/planning";
import type { ProblemRecord } from "../sample-record.ts";
import { recordedSamples, shuffles, truthOf } from "./recorded-votes.ts";

/** A stop rule with what it needs, to be replayed over records. */
export interface ReplayPlan {
  readonly stopRule: StopRule;
  readonly window: number;
  readonly samples: number;
  readonly selection: Selection;
  /** The signs of quality that are seen; the others are hidden. */
  readonly signs: EvidenceKind | undefined;
  readonly profile: ModelProfile;
}

/** One replay of one order of a problem's samples. */
export interface Replayed extends ReplayResult {
  readonly problem: ProblemRecord;
  readonly correct: boolean;
}

/** What the text of a problem says of its difficulty, as a prior on P(one sample is right). */
export function priorOf(problem: ProblemRecord) {
  const { priorAlpha: alpha, priorBeta: beta } = estimateDifficulty(problemFromPrompt(problem.prompt)).difficulty;
  return { alpha, beta };
}

/** Replays a plan over every problem in several orders of its samples; the prior is what the problem's text alone says. */
export function runReplay(problems: readonly ProblemRecord[], plan: ReplayPlan, orders: number): Replayed[] {
  const { scoring, errorModel, calibrators } = plan.profile;
  return problems.flatMap((problem, index) => {
    const truth = truthOf(problem);
    const prior = priorOf(problem);
    const domain = classifyDomain(problem.prompt);
    return shuffles(recordedSamples(problem, scoring, plan.signs), orders, index + 1).map((samples) => {
      const result = replay(samples, {
        samples: plan.samples,
        window: plan.window,
        stopRule: plan.stopRule,
        selection: plan.selection,
        scoring,
        confidence: { prior, errorModel, calibrators, domain },
      });
      return { ...result, problem, correct: truth !== undefined && result.canonical === truth };
    });
  });
}
