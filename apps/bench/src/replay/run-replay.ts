import { problemFromPrompt, type StopRule } from "@reckon/core";
import {
  type Calibrator,
  type ErrorModel,
  estimateDifficulty,
  type ReplayResult,
  replay,
  type Scoring,
} from "@reckon/planning";
import type { ProblemRecord } from "../sample-record.ts";
import { recordedSamples, shuffles, truthOf } from "./recorded-votes.ts";

/** A stop rule with what it needs, to be replayed over records; without `scoring` votes count alike. */
export interface ReplayPlan {
  readonly stopRule: StopRule;
  readonly window: number;
  readonly samples: number;
  readonly scoring: Scoring | undefined;
  readonly errorModel: ErrorModel;
  readonly calibrator?: Calibrator | undefined;
}

/** One replay of one order of a problem's samples. */
export interface Replayed extends ReplayResult {
  readonly problem: ProblemRecord;
  readonly correct: boolean;
}

/** Replays a plan over every problem in several orders of its samples; the prior is what the problem's text alone says. */
export function runReplay(problems: readonly ProblemRecord[], plan: ReplayPlan, orders: number): Replayed[] {
  return problems.flatMap((problem, index) => {
    const truth = truthOf(problem);
    const { difficulty } = estimateDifficulty(problemFromPrompt(problem.prompt));
    const prior = { alpha: difficulty.priorAlpha, beta: difficulty.priorBeta };
    return shuffles(recordedSamples(problem, plan.scoring), orders, index + 1).map((samples) => {
      const result = replay(samples, {
        samples: plan.samples,
        window: plan.window,
        stopRule: plan.stopRule,
        selection: plan.scoring === undefined ? "majority" : "weighted-vote",
        confidence: { prior, errorModel: plan.errorModel, calibrator: plan.calibrator },
      });
      return { ...result, problem, correct: truth !== undefined && result.canonical === truth };
    });
  });
}
