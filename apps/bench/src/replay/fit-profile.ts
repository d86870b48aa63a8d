import { type Capabilities, type ConfidenceKind, problemFromPrompt, tally } from "@reckon/core";
import {
  type CalibrationSample,
  type Calibrator,
  confidenceOf,
  type EvidenceKind,
  estimateDifficulty,
  fitCalibrator,
  type ModelProfile,
  makePlan,
  weighVotes,
} from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import type { ProblemRecord } from "../sample-record.ts";
import { type ErrorModelCase, fitErrorModel } from "./fit-error-model.ts";
import { tryScorings } from "./fit-scoring.ts";
import { recordedSamples, shuffles, truthOf, votesOf } from "./recorded-votes.ts";
import { priorOf, type Replayed, type ReplayPlan, runReplay } from "./run-replay.ts";

/** The signs that a confidence may rest on, by its kind. */
export const signsOf: Partial<Record<ConfidenceKind, EvidenceKind | undefined>> = {
  verifier: "both",
  logprob: "logprob",
  agreement: undefined,
};

const voteCounts = [1, 2, 3, 5, 8, 16];
const rounds = 3;
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
 * A calibrator for the states in which thinking stops. An adaptive stop picks its moment by the confidence itself, so the data
 * must come from the same rule; since the rule looks at the calibrated value, fit and replay are repeated a few times.
 */
function fitAtStops(
  problems: readonly ProblemRecord[],
  kind: ConfidenceKind,
  profile: ModelProfile,
): Calibrator | undefined {
  let calibrator: Calibrator | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const calibrators = calibrator === undefined ? [] : [calibrator];
    const runs = runReplay(problems, adaptivePlan(signsOf[kind], { ...profile, calibrators }), orders);
    calibrator = fitCalibrator(statesOf(runs, profile, kind), kind);
    if (calibrator === undefined) return undefined;
  }
  return calibrator;
}

/**
 * The state in which each run stopped, and one on its way there: the running confidence is looked at too, and a map that knew
 * only stops would take a first vote for one.
 */
function statesOf(runs: readonly Replayed[], profile: ModelProfile, kind: ConfidenceKind): CalibrationSample[] {
  const random = createPrng(1);
  const { selection } = adaptivePlan(signsOf[kind], profile);
  return runs.flatMap(({ votes, problem }) =>
    votes.length === 0
      ? []
      : [votes.length, 1 + random.integer(votes.length)].map((count) => {
          const cast = weighVotes(votes.slice(0, count), selection, profile.scoring);
          const leader = tally(cast)[0]?.canonical ?? "";
          const raw = confidenceOf(cast, leader, { prior: priorOf(problem), errorModel: profile.errorModel });
          return { confidence: raw?.value ?? 0, votes: count, correct: leader === truthOf(problem) };
        }),
  );
}

/** Everything that is learned of a model's samples, from records of problems whose answers are known. */
export function fitProfile(problems: readonly ProblemRecord[]): ModelProfile {
  const [scoring] = tryScorings(problems);
  if (scoring === undefined) throw new RangeError("there are no records to fit on");
  const { aggregation, votePower, logprobPower } = scoring;
  const fitted = { scoring: { aggregation, votePower, logprobPower } };
  const errorModel = fitErrorModel(casesOf(problems, fitted), ["both", "verifier", "logprob"]);
  const bare = { ...fitted, errorModel, calibrators: [] };
  const kinds = Object.keys(signsOf) as ConfidenceKind[];
  return { ...bare, calibrators: kinds.flatMap((kind) => fitAtStops(problems, kind, bare) ?? []) };
}
