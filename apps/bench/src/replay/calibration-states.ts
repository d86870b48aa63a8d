import type { ConfidenceKind } from "@reckon/core";
import { classifyDomain, type DomainSample, type EvidenceKind, type ScoredVote, voteStateOf } from "@reckon/planning";
import type { ProblemRecord } from "../sample-record.ts";
import { recordedSamples, shuffles, truthOf, votesOf } from "./recorded-votes.ts";
import { priorOf, type Replayed, type ReplayPlan } from "./run-replay.ts";

/** What a model and its verifiers may be able to tell of a sample, and the kind of confidence that rests on it. */
export interface Sense {
  readonly name: string;
  readonly signs: EvidenceKind | undefined;
  readonly kind: ConfidenceKind;
}

/** All there are, best first. Groq has no log-probabilities. */
export const senses: readonly Sense[] = [
  { name: "verifier and log-probabilities", signs: "both", kind: "verifier" },
  { name: "verifier, no log-probabilities", signs: "verifier", kind: "verifier" },
  { name: "log-probabilities, no verifier", signs: "logprob", kind: "logprob" },
  { name: "neither", signs: undefined, kind: "agreement" },
];

/** Votes after which the running confidence is looked at. */
export const earlyVotes = [1, 2, 3, 5] as const;
const fixedVotes = [1, 2, 3, 5, 8, 16];

/** A state of a solve: its votes, with what is known of the problem. */
export interface CalibrationState extends DomainSample {
  readonly problem: ProblemRecord;
  readonly votes: number;
  readonly domain: string;
  /** Raw confidence of the leader, in [0, 1]. */
  readonly raw: number;
}

/** The state of a problem after some votes; `undefined` before the first. */
function stateOf(
  problem: ProblemRecord,
  votes: readonly ScoredVote[],
  { selection, profile }: ReplayPlan,
): CalibrationState | undefined {
  const state = voteStateOf(votes, { prior: priorOf(problem), selection, profile });
  if (state === undefined) return undefined;
  const { raw, features, leader } = state;
  const domain = classifyDomain(problem.prompt);
  const correct = leader === truthOf(problem);
  return { problem, raw, votes: votes.length, domain, group: problem.id, features, correct };
}

/** The state in which each run stopped. */
export function stopStates(runs: readonly Replayed[], plan: ReplayPlan): CalibrationState[] {
  return runs.flatMap(({ problem, votes }) => stateOf(problem, votes, plan) ?? []);
}

/** The states of runs when they had some number of votes, those that stopped later only. */
export function statesAt(runs: readonly Replayed[], votes: number, plan: ReplayPlan): CalibrationState[] {
  return runs.flatMap((run) =>
    run.votes.length > votes ? (stateOf(run.problem, run.votes.slice(0, votes), plan) ?? []) : [],
  );
}

/**
 * States of fixed numbers of samples, whatever a rule would do: confidence is asked for there too. Two of a problem, the
 * numbers taking turns: more would outweigh the states in which thinking stops.
 */
export function fixedStates(problems: readonly ProblemRecord[], plan: ReplayPlan): CalibrationState[] {
  return problems.flatMap((problem, index) => {
    const [samples = []] = shuffles(recordedSamples(problem, plan.profile.scoring, plan.signs), 1, index + 1);
    const counts = [index, index + fixedVotes.length / 2].map((turn) => fixedVotes[turn % fixedVotes.length] as number);
    return counts.flatMap((count) => stateOf(problem, votesOf(samples.slice(0, count)), plan) ?? []);
  });
}
