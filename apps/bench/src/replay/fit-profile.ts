import { type Capabilities, problemFromPrompt } from "@reckon/core";
import {
  type Calibrator,
  type EvidenceKind,
  estimateDifficulty,
  fitCalibrator,
  fitWithDomains,
  type ModelProfile,
  makePlan,
} from "@reckon/planning";
import type { ProblemRecord } from "../sample-record.ts";
import {
  type CalibrationState,
  earlyVotes,
  fixedStates,
  type Sense,
  senses,
  statesAt,
  stopStates,
} from "./calibration-states.ts";
import { type ErrorModelCase, fitErrorModel } from "./fit-error-model.ts";
import { fitScoring } from "./fit-scoring.ts";
import { recordedSamples, shuffles, truthOf, votesOf } from "./recorded-votes.ts";
import { priorOf, type ReplayPlan, runReplay } from "./run-replay.ts";

const voteCounts = [1, 2, 3, 5, 8, 16];
const rounds = 2;
const orders = 4;

/** Votes of every problem at several counts: a model of errors must be right early and late. */
export function casesOf(
  problems: readonly ProblemRecord[],
  { scoring }: Pick<ModelProfile, "scoring">,
): ErrorModelCase[] {
  return problems.flatMap((problem, index) => {
    const [samples = []] = shuffles(recordedSamples(problem, scoring, "both"), 1, index + 1);
    const truth = truthOf(problem);
    const prior = priorOf(problem);
    return voteCounts.flatMap((count) => {
      const votes = votesOf(samples.slice(0, count));
      return votes.length === 0 ? [] : [{ votes, prior, truth }];
    });
  });
}

/** `adaptive` as it is planned by default for a problem of middling difficulty where these signs can be had. */
export function adaptivePlan(signs: EvidenceKind | undefined, profile: ModelProfile): ReplayPlan {
  const isScored = signs === "verifier" || signs === "both";
  const capabilities: Capabilities = {
    ...{ logprobs: signs === "logprob" || signs === "both", processReward: isScored },
    ...{ n: true, abort: true, continueFromPrefix: true, seed: true, policies: ["baseline"] },
  };
  const problem = problemFromPrompt("What is 17 * 23?");
  const { difficulty } = estimateDifficulty(problem);
  const plan = makePlan({ problem, difficulty, capabilities, overrides: { difficulty: 0.5 } });
  const { stopRule, window, samples, selection } = plan;
  return { stopRule, window, samples, selection, signs, profile };
}

/**
 * Calibrators for what a model and its verifiers can tell. An adaptive stop picks its moment by the confidence itself, so the
 * data must come from the same rule; since the rule looks at the calibrated value, fit and replay are repeated. The running
 * confidence is looked at too, and so is that of fixed numbers of samples: a map that knew only stops would take a first vote
 * for one. A domain gets its own where that is better on problems held out.
 */
function fitSense(problems: readonly ProblemRecord[], sense: Sense, profile: ModelProfile): Calibrator[] {
  const { kind: of, signs } = sense;
  let calibrators: readonly Calibrator[] = [];
  let states: CalibrationState[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const plan = adaptivePlan(signs, { ...profile, calibrators });
    const runs = runReplay(problems, plan, orders);
    const oneOrder = runs.filter((_, index) => index % orders === 0);
    states = [
      ...stopStates(runs, plan),
      ...earlyVotes.flatMap((votes) => statesAt(oneOrder, votes, plan)),
      ...fixedStates(problems, plan),
    ];
    const fitted = fitCalibrator(states, { of, signs });
    if (fitted === undefined) return [];
    calibrators = [fitted];
  }
  return fitWithDomains(states, { of, signs });
}

/** Everything that is learned of a model's samples, from records of problems whose answers are known. */
export function fitProfile(problems: readonly ProblemRecord[]): ModelProfile {
  const fitted = { scoring: fitScoring(problems) };
  const errorModel = fitErrorModel(casesOf(problems, fitted), ["both", "verifier", "logprob"]);
  const bare = { ...fitted, errorModel, calibrators: [] };
  return { ...bare, calibrators: fitCalibrators(problems, bare) };
}

/** The calibrators of a model whose other facts are known, from records of problems whose answers are known. */
export function fitCalibrators(problems: readonly ProblemRecord[], profile: ModelProfile): Calibrator[] {
  return senses.flatMap((sense) => fitSense(problems, sense, { ...profile, calibrators: [] }));
}
